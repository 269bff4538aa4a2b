import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import type { Transport, TransportRequest } from '../transport/transport.ts';
import { createElector, type Elector } from './elector.ts';
import type { Lease } from './lease.ts';

const lease = { namespace: 'ns', name: 'portolan' };
const refusal = (status: number): RuntimeError =>
  new RuntimeError(runtimeErrorCodes.apiStatus, `failed: ${status}`, { status });

/** The API server's part: one Lease with optimistic locking. */
interface LeaseServer extends Pick<Transport, 'request'> {
  stored: Lease | undefined;
  requests: string[];
  /** Asked before each request; what it throws is the answer, and what it awaits delays it. */
  before: (request: TransportRequest) => void | Promise<void>;
}

function createLeaseServer(): LeaseServer {
  let version = 0;
  const server: LeaseServer = {
    stored: undefined,
    requests: [],
    before: () => undefined,
    request: async (request) => {
      server.requests.push(`${request.method} ${request.path}`);
      await server.before(request);
      const { stored } = server;
      if (request.method !== 'GET') {
        const sent = request.body as Lease;
        if (request.method === 'PUT' && stored === undefined) throw refusal(404);
        if (stored?.metadata.resourceVersion !== sent.metadata.resourceVersion) throw refusal(409);
        version += 1;
        server.stored = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(version) } };
      } else if (stored === undefined) throw refusal(404);
      return structuredClone(server.stored);
    },
  };
  return server;
}

interface Candidate {
  elector: Elector;
  registry: Registry;
  logged: Record<string, unknown>[];
  stop(): Promise<void>;
  running: Promise<void>;
  begun: number;
}

function join(options: { clock: FakeClock; server: Pick<Transport, 'request'>; identity: string }): Candidate {
  const registry = new Registry();
  const logged: Record<string, unknown>[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const elector = createElector({
    transport: options.server,
    clock: options.clock,
    random: () => 0,
    identity: options.identity,
    lease,
    log: pino({ level: 'debug' }, { write }),
    metrics: createMetrics(registry),
  });
  const abort = new AbortController();
  const running = elector.run(abort.signal);
  // Awaited by those tests that expect it to fail.
  running.catch(() => undefined);
  const candidate: Candidate = {
    elector,
    registry,
    logged,
    running,
    begun: 0,
    stop: async () => {
      abort.abort();
      await running;
    },
  };
  elector.onLeading(() => {
    candidate.begun += 1;
  });
  return candidate;
}

describe('the elector', () => {
  it('makes the Lease, leads, and renews every two seconds without reading', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const { elector, registry } = join({ clock, server, identity: 'a' });
    expect(elector.leadership()).toEqual({ kind: 'unknown' });
    await clock.advance(0);
    expect([elector.leadership(), elector.leftMs()]).toEqual([{ kind: 'leading' }, 10_000]);
    expect(await registry.metrics()).toContain('leader_election_master_status{name="portolan"} 1');
    await clock.advance(4_000);
    const path = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';
    const renewal = `PUT ${path}/portolan`;
    expect(server.requests).toEqual([`GET ${path}/portolan`, `POST ${path}`, renewal, renewal]);
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  it('stands by, and takes over as soon as the leader has released', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    const b = join({ clock, server, identity: 'b' });
    await clock.advance(60_000);
    expect([b.elector.leadership(), b.elector.leftMs()]).toEqual([{ kind: 'standby', holder: 'a' }, 0]);
    await a.stop();
    expect(server.stored?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(a.elector.leftMs()).toBe(0);
    await clock.advance(2_000);
    expect(b.elector.leadership()).toEqual({ kind: 'leading' });
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('releases what a write has won that was still on its way when it was told to stop', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const answer = Promise.withResolvers<void>();
    server.before = ({ method }) => (method === 'POST' ? answer.promise : undefined);
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    const stopped = a.stop();
    answer.resolve();
    await stopped;
    expect(server.stored?.spec?.holderIdentity).toBe('');
  });

  it('releases by a second try when somebody wrote the Lease meanwhile, and leaves that of another alone', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    const { stored } = server;
    if (stored === undefined) throw new Error('no Lease');
    server.stored = { ...stored, metadata: { ...stored.metadata, resourceVersion: 'labelled' } };
    await a.stop();
    expect(server.stored.spec?.holderIdentity).toBe('');

    const b = join({ clock, server, identity: 'b' });
    await clock.advance(0);
    server.stored = {
      metadata: { ...stored.metadata, resourceVersion: 'taken' },
      spec: { ...stored.spec, holderIdentity: 'c' },
    };
    await b.stop();
    expect(server.stored.metadata.resourceVersion).toBe('taken');
  });

  it('may not write once its renewals have failed for the deadline, says so, and resumes when one succeeds', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    server.before = () => {
      throw new RuntimeError(runtimeErrorCodes.unreachable, 'no route');
    };
    await clock.advance(9_999);
    expect(a.elector.leftMs()).toBe(1);
    await clock.advance(600_000);
    expect([a.elector.leftMs(), a.elector.leadership()]).toEqual([0, { kind: 'unknown', message: 'no route' }]);
    expect(await a.registry.metrics()).toContain('leader_election_master_status{name="portolan"} 0');
    const failures = a.logged.filter((line) => line['msg'] === 'failed to read or renew the lease');
    // Once, then once a minute.
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length).toBeLessThan(13);
    server.before = () => undefined;
    await clock.advance(2_000);
    expect([a.elector.leadership(), a.begun]).toEqual([{ kind: 'leading' }, 2]);
  });

  it('may not write after the deadline although an answer is still awaited', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    server.before = () => new Promise(() => undefined);
    await clock.advance(10_001);
    expect(a.elector.leftMs()).toBe(0);
    expect(a.logged.map((line) => line['msg'])).toContain('not leading any more');
  });

  it('ends when another process leads after it did', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await clock.advance(0);
    server.before = () => {
      throw new RuntimeError(runtimeErrorCodes.unreachable, 'no route');
    };
    // The other one reaches the server.
    const direct = createLeaseServer();
    direct.stored = server.stored;
    const b = join({ clock, server: direct, identity: 'b' });
    await clock.advance(15_100);
    expect(b.elector.leadership()).toEqual({ kind: 'leading' });
    expect(a.elector.leftMs()).toBe(0);
    server.stored = direct.stored;
    if (server.stored !== undefined) server.stored.metadata.resourceVersion = 'later';
    server.before = () => undefined;
    await clock.advance(2_000);
    await expect(a.running).rejects.toMatchObject({ code: 'RUNTIME_LEADERSHIP_LOST' });
    expect(server.stored?.spec?.holderIdentity).toBe('b');
  });

  it('makes a deleted Lease anew and goes on leading', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    const b = join({ clock, server, identity: 'b' });
    await clock.advance(4_000);
    server.stored = undefined;
    await clock.advance(4_000);
    expect([a.elector.leadership().kind, b.elector.leadership().kind]).toEqual(['leading', 'standby']);
  });

  it('runs once, and refuses a timing in which two could lead', async () => {
    const [clock, server] = [createFakeClock(), createLeaseServer()];
    const a = join({ clock, server, identity: 'a' });
    await expect(a.elector.run(AbortSignal.abort())).rejects.toMatchObject({ code: 'RUNTIME_ALREADY_RUNNING' });
    const build = (timing: { durationMs: number; renewDeadlineMs: number; retryPeriodMs: number }) => () =>
      createElector({
        transport: server,
        clock,
        random: () => 0,
        identity: 'x',
        lease,
        timing,
        log: pino({ level: 'silent' }),
        metrics: createMetrics(new Registry()),
      });
    expect(build({ durationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 })).toThrow(RangeError);
    expect(build({ durationMs: 15_000, renewDeadlineMs: 2_000, retryPeriodMs: 2_000 })).toThrow(RangeError);
  });
});
