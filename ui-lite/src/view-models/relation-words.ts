/** Headings for relation types, seen from the entity whose page it is; in reading order. */
const words: Readonly<Record<string, string>> = {
  ownedBy: 'Owned by',
  partOf: 'Part of',
  providesApi: 'Provides API',
  consumesApi: 'Consumes API',
  apiProvidedBy: 'Provided by',
  apiConsumedBy: 'Consumed by',
  dependsOn: 'Depends on',
  dependencyOf: 'Needed by',
  hasPart: 'Contains',
  ownerOf: 'Owns',
  childOf: 'Belongs to',
  parentOf: 'Subgroups',
  memberOf: 'Member of',
  hasMember: 'Members',
};

export const relationOrder: readonly string[] = Object.keys(words);

const reverses: Readonly<Record<string, string>> = {
  ownedBy: 'ownerOf',
  partOf: 'hasPart',
  providesApi: 'apiProvidedBy',
  consumesApi: 'apiConsumedBy',
  dependsOn: 'dependencyOf',
  childOf: 'parentOf',
  memberOf: 'hasMember',
};

const reverseOf = new Map(
  Object.entries(reverses).flatMap(
    ([one, other]) =>
      [
        [one, other],
        [other, one],
      ] as const,
  ),
);

/** `Consumed by` for `apiConsumedBy`; a type without a heading is spelled out: `reviewedBy` as `Reviewed by`. */
export function relationWords(type: string): string {
  const known = Object.keys(words).find((each) => each.toLowerCase() === type.toLowerCase());
  if (known !== undefined) return words[known] ?? known;
  const spelled = type.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

/** The same relation seen from the other end. */
export function reverseRelation(type: string): string | undefined {
  return reverseOf.get(type);
}
