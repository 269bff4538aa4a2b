export { createApiServer } from './server.ts';
export type { ApiOptions } from './server.ts';
export { ApiError, inputError, notAllowedError, notFoundError } from './errors.ts';
export type { ApiErrorCode, ErrorEnvelope } from './errors.ts';
export { etagOf, matchesEtag, sendError, sendJson } from './answers.ts';
export type {
  ReadRuntimeTree,
  RuntimeContainer,
  RuntimeNode,
  RuntimeTree,
  RuntimeTreeError,
} from './kubernetes/runtime-tree.ts';
export { createEventHub, type EventHub, type EventHubOptions } from './events/event-hub.ts';
export { eventsPath, markFor } from './events/routes.ts';
export {
  ClusterReadError,
  type ClusterReader,
  type ClusterReadReason,
  type CollectionPart,
  type CollectionRead,
  type ObjectRead,
  type RawObject,
} from './kubernetes/cluster-reader.ts';
export {
  readEntityObjects,
  type EntityObjects,
  type FoundObject,
  type FoundRoot,
  type ReadFailure,
} from './kubernetes/entity-objects.ts';
export { untilGone } from './kubernetes/asked-entity.ts';
export { readableKinds, type ReadableKind } from './kubernetes/kinds.ts';
