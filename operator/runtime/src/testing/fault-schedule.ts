import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createInformer, type Informer } from '../informer/informer.ts';
import { isAtLeast } from '../kubernetes/resource-version.ts';
import type { KubernetesObject, ResourceType } from '../kubernetes/object.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Change } from '../store/change.ts';
import { statusAnswer } from './collection-answers.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createRandom, pick } from './random.ts';
import {
  createMemoryTransport,
  createScheduledServer,
  type RequestFault,
  type ScheduledServer,
} from './scheduled-server.ts';

/** What became of a store under one schedule of faults. */
export interface ScheduleResult {
  seed: number;
  /** What was done, in order, to be read when something is wrong. */
  steps: readonly string[];
  /** Keys whose object is not the server's when all faults are over. */
  differences: readonly string[];
  /** Changes that brought an older version of an object, or a deleted object again. */
  backwardSteps: readonly string[];
  /** Changes that do not follow from the ones before: a previous object that nobody had been told of, and the like. */
  gaps: readonly string[];
  changes: number;
  /** Milliseconds on the schedule's own clock. */
  virtualMs: number;
}

const gadgets: ResourceType = {
  group: 'portolan.test',
  version: 'v1',
  plural: 'gadgets',
  kind: 'Gadget',
  namespaced: true,
};
const names = ['a', 'b', 'c', 'd', 'e', 'ü', '漢字', '🚢'] as const;
/** Longer than the idle timeout of a watch and the longest wait together. */
const healMs = 600_000;

/**
 * Runs one informer against a server that fails by a schedule, drawn from the seed alone, on a clock of its own. The
 * same seed does the same, byte for byte.
 */
export async function runFaultSchedule(options: { seed: number; stepCount?: number }): Promise<ScheduleResult> {
  const { seed, stepCount = 40 } = options;
  const random = createRandom(seed);
  const clock = createFakeClock();
  const server = createScheduledServer({ resource: gadgets, random });
  server.offersWatchList = random() < 0.7;
  server.replayedVersions = random() < 0.3 ? Math.floor(random() * 20) : 0;
  for (const name of names) if (random() < 0.5) put(server, name, random);
  while (random() < 0.3) server.faults.push(pick(random, requestFaults));

  const informer = informerOf({ server, clock, random });
  const witness = createWitness(informer);
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  const steps: string[] = [];
  try {
    for (let at = 0; at < stepCount; at += 1) {
      const [name, act] = pick(random, actions);
      steps.push(`${clock.monotonic()} ms: ${name}`);
      act(server, random);
      // Mostly no time at all, so that faults meet each other.
      const pauseMs = random() < 0.6 ? 0 : Math.floor(random() ** 4 * 300_000);
      await clock.advance(pauseMs);
    }
    server.faults.length = 0;
    await clock.advance(healMs);
    await clock.advance(0);
  } finally {
    stop.abort();
    await running;
  }
  return {
    seed,
    steps,
    differences: differencesOf(informer, server),
    ...witness.findings(informer),
    virtualMs: clock.monotonic(),
  };
}

/** Whether a schedule showed what it should. */
export function isSound({ differences, backwardSteps, gaps }: ScheduleResult): boolean {
  return differences.length + backwardSteps.length + gaps.length === 0;
}

type Action = (server: ScheduledServer, random: () => number) => void;

const requestFaults: readonly [RequestFault, ...RequestFault[]] = [
  { kind: 'refused' },
  { kind: 'silent' },
  { kind: 'empty' },
  { kind: 'truncated', share: 0.3 },
  { kind: 'truncated', share: 0.95 },
  { kind: 'answer', answer: statusAnswer(401, 'Unauthorized') },
  { kind: 'answer', answer: statusAnswer(403, 'Forbidden') },
  { kind: 'answer', answer: statusAnswer(404, 'NotFound') },
  { kind: 'answer', answer: statusAnswer(410, 'Expired') },
  { kind: 'answer', answer: { ...statusAnswer(429, 'TooManyRequests'), headers: { 'retry-after': '3' } } },
  { kind: 'answer', answer: statusAnswer(500, 'InternalError') },
  { kind: 'answer', answer: statusAnswer(503, 'ServiceUnavailable') },
  { kind: 'answer', answer: { status: 200, body: 'an HTML page' } },
];

const change: Action = (server, random) => put(server, pick(random, names), random);
const remove: Action = (server, random) => server.log.remove(`ns/${pick(random, names)}`);

const actions: readonly [readonly [string, Action], ...(readonly [string, Action])[]] = [
  ['change', change],
  ['change', change],
  ['change', change],
  ['remove', remove],
  [
    'recreate',
    (server, random) => {
      const name = pick(random, names);
      server.log.remove(`ns/${name}`);
      put(server, name, random);
    },
  ],
  ['bookmark', (server) => server.bookmark()],
  ['compact', (server) => server.log.compact()],
  ['end', (server) => server.end()],
  ['cut', (server) => server.cut()],
  ['cut within a line', (server) => server.cut(Buffer.from('{"type":"DELETED","object":{"metadata":{"na'))],
  ['cut within a character', (server) => server.cut(Buffer.from('{"type":"MODIFIED","object":"漢').subarray(0, -1))],
  ['end after no JSON', (server) => server.cut(Buffer.from('<html>\n'))],
  [
    'garbled change',
    (server, random) => {
      server.garbleNext();
      change(server, random);
      change(server, random);
    },
  ],
  ['stall', (server) => server.stall()],
  ['410 in the stream', (server) => server.send({ type: 'ERROR', object: statusAnswer(410, 'Expired').body })],
  ['500 in the stream', (server) => server.send({ type: 'ERROR', object: statusAnswer(500, 'InternalError').body })],
  ['unknown event', (server) => server.send({ type: 'RENAMED', object: {} })],
  [
    'faults',
    (server, random) => {
      const count = 1 + Math.floor(random() * 4);
      for (let at = 0; at < count; at += 1) server.faults.push(pick(random, requestFaults));
      if (random() < 0.7) server.cut();
    },
  ],
];

function put(server: ScheduledServer, name: string, random: () => number): void {
  server.log.put({ metadata: { namespace: 'ns', name }, spec: { text: 'ü漢🚢'.repeat(Math.floor(random() * 9)) } });
}

function informerOf(options: {
  server: ScheduledServer;
  clock: FakeClock;
  random: () => number;
}): Informer<KubernetesObject> {
  const { server, clock, random } = options;
  const metrics = createMetrics(new Registry());
  const transform = (raw: unknown): KubernetesObject => raw as KubernetesObject;
  const transport = createMemoryTransport({ server, clock, metrics });
  const log = pino({ level: 'silent' });
  return createInformer({ transport, resource: gadgets, transform, clock, random, log, metrics, freeze: true });
}

interface Witness {
  findings(informer: Informer<KubernetesObject>): Pick<ScheduleResult, 'backwardSteps' | 'gaps' | 'changes'>;
}

/** Follows every change as a subscriber would, and holds it against the ones before. */
function createWitness({ store }: Informer<KubernetesObject>): Witness {
  const told = new Map<string, KubernetesObject>();
  const deleted = new Set<string | undefined>();
  const backwardSteps: string[] = [];
  const gaps: string[] = [];
  let changes = 0;
  store.subscribe((each: Change<KubernetesObject>) => {
    changes += 1;
    const { key, object, type } = each;
    const { uid, resourceVersion = '' } = object.metadata;
    const before = told.get(key);
    const words = `${type} ${key} ${uid} at ${resourceVersion}`;
    if (before !== (type === 'deleted' ? object : each.previous)) gaps.push(words);
    if (type === 'deleted') {
      told.delete(key);
      deleted.add(uid);
      return;
    }
    if (deleted.has(uid)) backwardSteps.push(words);
    if (before !== undefined && isAtLeast(before.metadata.resourceVersion ?? '', resourceVersion)) {
      backwardSteps.push(words);
    }
    told.set(key, object);
  });
  return {
    findings: (informer) => {
      const held = new Map(informer.store.list().map((object) => [keyOf(object), object]));
      if (!isDeepStrictEqual(held, told)) gaps.push('the sum');
      return { backwardSteps, gaps, changes };
    },
  };
}

function differencesOf(informer: Informer<KubernetesObject>, server: ScheduledServer): string[] {
  const truth = new Map(server.log.objects().map((object) => [keyOf(object), object]));
  const held = new Map(informer.store.list().map((object) => [keyOf(object), object]));
  return [...new Set([...truth.keys(), ...held.keys()])].filter(
    (key) => !isDeepStrictEqual(truth.get(key), held.get(key)),
  );
}

function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
