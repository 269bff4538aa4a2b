/** `@portolan/crds/schemas`: what needs zod. Apart from the rest, because an operator never checks a schema. */
export { admissionFaults, type Fault, type Manifest } from './kinds/admission.ts';
export { kindSchemas, type KindSchema } from './kinds/kind-schemas.ts';
export { linkingEntityStatus } from './status/status.ts';
