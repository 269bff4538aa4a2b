export { systemClock, type Clock } from './clock.ts';
export { ApiError, type Reason } from './errors.ts';
export { faultsAtRandom, faultsInTurn, type Fault, type FaultPlan, type FaultRequest } from './faults/fault.ts';
export type { Json, JsonObject } from './json.ts';
export { createLocalApi, type LocalApi, type LocalApiOptions } from './local-api.ts';
export type { KubernetesObject, ObjectMeta, StoredObject } from './objects.ts';
export type { CustomResourceDefinition } from './resources/custom-resources.ts';
export { portolanDefinitions } from './resources/portolan-definitions.ts';
