export { systemClock, type Clock, type Timer } from './clock.ts';
export { createController, type Controller, type ReconcileResult } from './controller/controller.ts';
export { generationChanged } from './controller/predicates.ts';
export type { Authentication, Credentials, TlsMaterial } from './credentials/credentials.ts';
export { loadInClusterCredentials } from './credentials/in-cluster.ts';
export { loadKubeconfigCredentials } from './credentials/kubeconfig.ts';
export { eventLoop, type Breather } from './event-loop.ts';
export { messageOf, RuntimeError, runtimeErrorCodes, type RuntimeErrorCode } from './errors.ts';
export { createInformer, type Informer } from './informer/informer.ts';
export { listPages } from './informer/list.ts';
export type { SourceReason, SourceStatus } from './informer/source-status.ts';
export { applyMergePatch, isEqualJson, mergePatch, type JsonObject } from './kubernetes/merge-patch.ts';
export {
  apiVersionOf,
  objectKey,
  resourceName,
  resourcePath,
  type KubernetesObject,
  type ResourceType,
} from './kubernetes/object.ts';
export { compareResourceVersions } from './kubernetes/resource-version.ts';
export { createElector, type Elector, type Fence, type Leadership } from './leader/elector.ts';
export { defaultLeaseTiming, leases, sameRecord, type Lease, type LeaseTiming } from './leader/lease.ts';
export { createLifecycle, type Component, type Lifecycle } from './lifecycle/lifecycle.ts';
export type { RuntimeLogger } from './logging/logger.ts';
export { createRepeatLog, type RepeatLog } from './logging/repeat-log.ts';
export { observeLoopDelay } from './metrics/loop-delay.ts';
export { createMetrics, type RuntimeMetrics } from './metrics/metrics.ts';
export { createWorkQueue, lowPriority, type WorkQueue } from './queue/work-queue.ts';
export type { AddedChange, Change, DeletedChange, UpdatedChange } from './store/change.ts';
export type { StoreIndexes } from './store/store-index.ts';
export { createStore, type Store, type WritableStore } from './store/store.ts';
export {
  createTransport,
  type Query,
  type RequestLabels,
  type Transport,
  type TransportRequest,
  type WatchRequest,
} from './transport/transport.ts';
export type { WatchEvent } from './transport/watch-stream.ts';
export { createObjectCreator, type NewObject, type ObjectCreator } from './writer/object-creator.ts';
export { createStatusWriter, type StatusWriter, type StatusWriteResult } from './writer/status-writer.ts';
export { createAdaptiveLimit, type AdaptiveLimit } from './writer/adaptive-limit.ts';
export { createWatermark, type Watermark } from './writer/watermark.ts';
