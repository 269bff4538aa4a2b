import type { KubernetesObject, ResourceType } from '@portolan/runtime';

/** An object as the API server holds it. Everything but the metadata is whatever its kind says. */
export type RawObject = KubernetesObject & { readonly [field: string]: unknown };

/** What is read, and for whom: callers of one class may see the same, and share an answer. */
export interface ClusterRead {
  resource: ResourceType;
  namespace: string;
  /** Who asks, as far as it decides what is answered. */
  callerClass: string;
}

export interface ObjectRead extends ClusterRead {
  name: string;
}

export interface CollectionRead extends ClusterRead {
  /** As kubectl takes it; all objects where absent. */
  labelSelector?: string;
  fieldSelector?: string;
}

/** The objects of a collection. */
export interface CollectionPart {
  items: readonly RawObject[];
  /** There are more, which were not read: too many for one answer. */
  isPartial: boolean;
}

/** Why something could not be read, in one word. */
export type ClusterReadReason =
  'Forbidden' | 'NotInstalled' | 'Timeout' | 'Unreachable' | 'TooLarge' | 'Overloaded' | 'Failed';

/** A read that failed. It says what and why, and nothing that the API server said about it. */
export class ClusterReadError extends Error {
  override readonly name = 'ClusterReadError';
  readonly code = 'API_CLUSTER_READ';
  readonly reason: ClusterReadReason;
  /** Of the API server, where it answered. */
  readonly status: number | undefined;

  constructor(reason: ClusterReadReason, options: { status?: number | undefined; cause?: unknown } = {}) {
    super(
      `failed to read from the cluster: ${reason}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.reason = reason;
    this.status = options.status;
  }
}

/**
 * Reads objects of one cluster on demand. Many who ask for the same at once cause one request, and for a moment after
 * it none; how many requests there are at once, how long they take and what they may hold is bounded. Both methods
 * reject with {@link ClusterReadError}, or with the signal's reason when it aborts; a request that nobody waits for any
 * more is cancelled.
 */
export interface ClusterReader {
  /** The object, or undefined where there is none of that name. */
  get(read: ObjectRead, signal: AbortSignal): Promise<RawObject | undefined>;
  list(read: CollectionRead, signal: AbortSignal): Promise<CollectionPart>;
}
