import type { RuntimeContainer, RuntimeNode, RuntimeTree, RuntimeTreeError } from '@portolan/api';
import type { Catalog, CatalogEntity, EntityId } from '@portolan/catalog';
import { entityHead, type EntityHead } from './entity-head.ts';
import { createEntityLookup } from './entity-lookup.ts';
import {
  evidenceViews,
  healthBadge,
  type EvidenceView,
  type HealthBadge,
  type HealthTone,
  type NextStepView,
} from './health.ts';
import { reasonWords } from './reasons.ts';
import { timeView, type TimeView } from './times.ts';
import { linkWords, workloadsView, type WorkloadsView } from './workloads.ts';

export interface ContainerView {
  name: string;
  image: string;
  role: string | undefined;
  state: string;
  /** Why it is not running, with the exit code where one is known. */
  detail: string | undefined;
  tone: HealthTone;
  restarts: number;
}

/** An object that runs, or serves what runs, and what it controls. */
export interface RuntimeNodeView {
  /** Tells it from the others on the page. */
  key: string;
  kind: string;
  name: string;
  /** Where it is not the entity's own. */
  namespace: string | undefined;
  badge: HealthBadge;
  message: string | undefined;
  explanation: string | undefined;
  /** `2/3`. */
  ready: string | undefined;
  images: readonly string[];
  restarts: number;
  created: TimeView | undefined;
  since: TimeView | undefined;
  link: string | undefined;
  shared: boolean;
  nextStep: NextStepView | undefined;
  evidence: readonly EvidenceView[];
  containers: readonly ContainerView[];
  children: readonly RuntimeNodeView[];
  /** There is more than the line. */
  hasBody: boolean;
  /**
   * Shown unfolded: the top, a few pods of the current version, and what needs somebody; of several with the same
   * verdict only the first.
   */
  open: boolean;
}

export interface ReadErrorView {
  resource: string;
  reason: string;
  explanation: string | undefined;
}

/** How the tree was got, or why not. */
export type RuntimeAnswer = { tree: RuntimeTree } | { absent: 'NotServed' | 'Timeout' | 'Failed' };

export interface RuntimePageView extends EntityHead {
  /** Why there is no live tree; what the operator wrote is shown then. */
  absent: string | undefined;
  fetched: TimeView | undefined;
  roots: readonly RuntimeNodeView[];
  supporting: readonly RuntimeNodeView[];
  errors: readonly ReadErrorView[];
  more: number;
  /** What the operator wrote last: instead of the tree, or beside an empty one. */
  workloads: WorkloadsView | undefined;
}

const absences: Readonly<Record<'NotServed' | 'Timeout' | 'Failed', string>> = {
  NotServed: 'This server does not read the cluster on demand.',
  Timeout: 'The cluster did not answer in time.',
  Failed: 'The cluster could not be read.',
};

const readErrors: Readonly<Partial<Record<RuntimeTreeError['reason'], string>>> = {
  Forbidden: 'Portolan may not read them. Grant get and list to its service account.',
  NotInstalled: 'This cluster does not have them.',
  Partial: 'Only a part of them was read.',
  Timeout: 'The cluster did not answer in time.',
  Unreachable: 'The cluster could not be reached.',
  TooLarge: 'There are too many to read.',
  Overloaded: 'Too many reads are under way; the next update tries again.',
};

/** The page with what runs of one entity. */
export function runtimePageView(catalog: Catalog, id: EntityId, answer: RuntimeAnswer, nowMs: number): RuntimePageView {
  const entity: CatalogEntity = createEntityLookup(catalog).byId(id);
  const head = entityHead(entity, 'runtime');
  const { workloads, health } = entity.status.portolan;
  const written = workloads === undefined ? undefined : workloadsView(workloads, health);
  if ('absent' in answer) {
    const nothing = { fetched: undefined, roots: [], supporting: [], errors: [], more: 0 };
    return { ...head, ...nothing, absent: absences[answer.absent], workloads: written };
  }
  const { tree } = answer;
  const nodes = nodeViews(tree.roots, { nowMs, namespace: head.namespace, depth: 0, parent: 'node' });
  const isSupporting = tree.roots.map((node) => node.supporting === true);
  return {
    ...head,
    absent: undefined,
    fetched: timeView(tree.fetchedAt, nowMs),
    roots: nodes.filter((_node, at) => isSupporting[at] === false),
    supporting: nodes.filter((_node, at) => isSupporting[at] === true),
    errors: tree.errors.map(readErrorView),
    more: tree.more ?? 0,
    workloads: nodes.length === 0 ? written : undefined,
  };
}

interface Place {
  nowMs: number;
  /** Of the entity. */
  namespace: string;
  depth: number;
  /** The key of the node above. */
  parent: string;
}

function nodeViews(nodes: readonly RuntimeNode[], place: Place): RuntimeNodeView[] {
  const seen = new Set<string>();
  const troubles = new Set<string>();
  return nodes.map((node) => {
    let key = [place.parent, node.kind, node.namespace, node.name].join('/');
    while (seen.has(key)) key += '+';
    seen.add(key);
    const trouble = `${node.kind} ${node.verdict} ${node.reason}`;
    const isFirst = !troubles.has(trouble);
    troubles.add(trouble);
    const view = nodeView(node, { ...place, parent: key });
    return { ...view, open: view.open && (isFirst || place.depth === 0) };
  });
}

function nodeView(node: RuntimeNode, place: Place): RuntimeNodeView {
  const { nowMs, namespace, depth, parent: key } = place;
  const badge = healthBadge(node.verdict, node.reason);
  const children = nodeViews(node.children, { ...place, depth: depth + 1 });
  const { nextStep } = node;
  const isSaidBelow = nextStep !== undefined && node.children.some((child) => saysStep(child, nextStep));
  const message = node.message === '' || badge.tone === 'good' ? undefined : node.message;
  const hasBody = [node.link, node.shared, message, node.nextStep].some((each) => each !== undefined);
  return {
    key,
    kind: node.kind,
    name: node.name,
    namespace: node.namespace === '' || node.namespace === namespace ? undefined : node.namespace,
    badge,
    message,
    explanation: badge.tone === 'good' || isSaidBelow ? undefined : reasonWords(node.reason),
    ready: node.desired === undefined ? undefined : `${node.ready ?? 0}/${node.desired}`,
    images: node.images,
    restarts: node.restarts ?? 0,
    created: timeView(node.createdAt, nowMs),
    since: timeView(node.since, nowMs),
    link: node.link === undefined ? undefined : linkWords[node.link],
    shared: node.shared === true,
    nextStep: isSaidBelow ? undefined : nextStep && { text: nextStep.text, command: nextStep.command },
    evidence: ownEvidence(node, key),
    containers: (node.containers ?? []).map(containerView),
    children,
    hasBody: hasBody || node.images.length + children.length + (node.containers?.length ?? 0) > 0,
    open: isTroubled(badge.tone) || isUnfolded(node, children, depth),
  };
}

/** Evidence about what is not shown below anyway. */
function ownEvidence(node: RuntimeNode, key: string): EvidenceView[] {
  const shown = new Set<string>();
  const visit = ({ kind, name, children }: RuntimeNode): void => {
    shown.add(`${kind} ${name}`);
    children.forEach(visit);
  };
  visit(node);
  return evidenceViews(node.evidence, key).filter(({ object }) => !shown.has(object));
}

/** Whether an object or one below proposes this step: it is said once, at the cause. */
function saysStep(node: RuntimeNode, step: NonNullable<RuntimeNode['nextStep']>): boolean {
  const isSame = node.nextStep?.text === step.text && node.nextStep.command === step.command;
  return isSame || node.children.some((child) => saysStep(child, step));
}

/** Children that a healthy node shows unfolded. */
const shownPods = 10;

/** Whether a node that is well itself is shown unfolded. */
function isUnfolded(node: RuntimeNode, children: readonly RuntimeNodeView[], depth: number): boolean {
  if (depth === 0 || children.some((child) => isTroubled(child.badge.tone))) return true;
  return depth === 1 && node.desired !== 0 && node.reason !== 'OldRevision' && children.length <= shownPods;
}

function isTroubled(tone: HealthTone): boolean {
  return tone === 'bad' || tone === 'unknown' || tone === 'busy';
}

const roles: Readonly<Record<NonNullable<RuntimeContainer['role']>, string>> = {
  init: 'runs first',
  sidecar: 'sidecar',
  ephemeral: 'for debugging',
};

function containerView(container: RuntimeContainer): ContainerView {
  const { name, image, role, state, reason, exitCode, restarts } = container;
  const code = exitCode === undefined ? undefined : `exit code ${exitCode}`;
  const detail = [reason, code].filter((part) => part !== undefined).join(', ');
  return {
    name,
    image,
    role: role === undefined ? undefined : roles[role],
    state,
    detail: detail === '' ? undefined : detail,
    tone: containerTone(container),
    restarts,
  };
}

function containerTone({ state, role, ready, reason, exitCode }: RuntimeContainer): HealthTone {
  if (state === 'Unknown') return 'unknown';
  if (state === 'Running') return ready || role === 'ephemeral' ? 'good' : 'busy';
  if (state === 'Terminated') return exitCode === 0 ? 'paused' : 'bad';
  return reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(reason) ? 'busy' : 'bad';
}

function readErrorView({ resource, reason }: RuntimeTreeError): ReadErrorView {
  return { resource, reason, explanation: readErrors[reason] };
}
