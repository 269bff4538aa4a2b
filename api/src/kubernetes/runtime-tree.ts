/**
 * What runs of one entity, as its page shows it. A tree of verdicts in our own words: it carries no environment value,
 * no log text, no termination message, and nothing of an object that the entity is not linked to.
 */
import type { CatalogEntity } from '@portolan/catalog';
import type { Evidence, NextStep, Verdict, WorkloadStatus } from '@portolan/crds';
import type { ReadFailure } from './entity-objects.ts';

/** One container of a pod. */
export interface RuntimeContainer {
  name: string;
  image: string;
  /** Init containers end before the others start; sidecars are init containers that go on. */
  role?: 'init' | 'sidecar' | 'ephemeral';
  /** Unknown where the kubelet has not reported it. */
  state: 'Running' | 'Waiting' | 'Terminated' | 'Unknown';
  /** Of a state other than Running: `CrashLoopBackOff`, `OOMKilled`. */
  reason?: string;
  /** Of its last end, also of one that runs again. */
  exitCode?: number;
  ready: boolean;
  restarts: number;
}

/** One object with its verdict, and what it controls. */
export interface RuntimeNode {
  kind: string;
  /** Empty for an object without one. */
  namespace: string;
  name: string;
  verdict: Verdict;
  /** One word. */
  reason: string;
  /** For people. */
  message: string;
  /** Since when the verdict holds, where the object tells; RFC 3339. */
  since?: string;
  /** RFC 3339. */
  createdAt?: string;
  /** Replicas that there should be, of kinds that have replicas. */
  desired?: number;
  ready?: number;
  images: readonly string[];
  /** Of all containers of a pod. */
  restarts?: number;
  /** It serves what runs, as a Service does. Only at the top of the tree. */
  supporting?: boolean;
  /** Other entities link it, too. Only at the top of the tree. */
  shared?: boolean;
  /** Why the entity has it. Only at the top of the tree. */
  link?: WorkloadStatus['link'];
  nextStep?: NextStep;
  /** From the object down to the cause. */
  evidence: readonly Evidence[];
  /** Of a pod. */
  containers?: readonly RuntimeContainer[];
  /** What it controls, the worst first. */
  children: readonly RuntimeNode[];
}

/** A resource that could not be read: the tree is without its objects. */
export interface RuntimeTreeError {
  /** As `kubectl` names it: `pods`, `jobs.batch`. */
  resource: string;
  reason: ReadFailure['reason'];
}

/** What runs of one entity now. */
export interface RuntimeTree {
  /** The workloads, the worst first, then what supports them. */
  roots: readonly RuntimeNode[];
  errors: readonly RuntimeTreeError[];
  /** When it was asked for; RFC 3339. Parts may have been read up to two seconds before. */
  fetchedAt: string;
  /** How many objects more there are than the tree holds. */
  more?: number;
}

/**
 * Reads what runs of one entity, from the cluster and not from memory. What cannot be read is told in
 * {@link RuntimeTree.errors}; it rejects only when the signal aborts.
 */
export type ReadRuntimeTree = (entity: CatalogEntity, signal: AbortSignal) => Promise<RuntimeTree>;
