/** `@portolan/controllers/adopt`: what only the command needs. Apart from the rest, because it loads the schemas. */
export { adoptableKinds, candidateOf, ownerHintsOf, serviceSelectorOf } from './adopt/candidate.ts';
export type { Candidate, OwnerHint, ServiceSelector } from './adopt/candidate.ts';
export { createListedStores, type ListedStores } from './adopt/listed-stores.ts';
export { proposeComponents, type Adoption, type ProposedComponent } from './adopt/propose.ts';
