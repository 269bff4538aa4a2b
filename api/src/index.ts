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
