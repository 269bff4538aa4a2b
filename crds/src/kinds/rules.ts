/**
 * What a schema cannot say, each rule once for the API server (CEL) and once for TypeScript. A property test against
 * the real API server proves the two equal.
 */
export interface Rule<Subject> {
  name: string;
  /** CEL text, evaluated with `self`. */
  cel: string;
  message: string;
  /** The field that the message is about, as a JSON path below the rule's place; absent when it is about the object. */
  fieldPath?: string;
  holds(subject: Subject): boolean;
}

/** What the rules on a whole object look at. */
export interface NamedObject {
  metadata: { name: string };
  spec: { entityName?: string | undefined };
}

/** The object name that an entity name gives: lower-cased, with `-` for what Kubernetes forbids or may forbid. */
export function objectNameOf(entityName: string): string {
  return entityName.toLowerCase().replaceAll('_', '-').replaceAll('.', '-');
}

/** A hash that tells apart names which differ only in case or punctuation. */
const hashSuffix = '-[0-9a-f]{6,16}';
const celObjectName = "self.spec.entityName.lowerAscii().replace('_', '-').replace('.', '-')";

export const objectRules: readonly Rule<NamedObject>[] = [
  {
    name: 'entity-name-gives-object-name',
    cel: `!has(self.spec.entityName) || self.metadata.name == ${celObjectName} || (self.metadata.name.startsWith(${celObjectName}) && self.metadata.name.substring(size(self.spec.entityName)).matches('^${hashSuffix}$'))`,
    message:
      'metadata.name must be spec.entityName in lower case with "-" for "_" and ".", optionally followed by "-" and a hash of 6 to 16 hexadecimal digits',
    fieldPath: '.spec.entityName',
    holds: ({ metadata, spec }) => {
      if (spec.entityName === undefined) return true;
      const expected = objectNameOf(spec.entityName);
      if (metadata.name === expected) return true;
      const rest = metadata.name.startsWith(expected) ? metadata.name.slice(expected.length) : '';
      return new RegExp(`^${hashSuffix}$`).test(rest);
    },
  },
  {
    name: 'object-name-is-short',
    cel: 'has(self.spec.entityName) || size(self.metadata.name) <= 63',
    message: 'metadata.name must have at most 63 characters',
    holds: ({ metadata, spec }) => spec.entityName !== undefined || metadata.name.length <= 63,
  },
];

/** A rule that compares a spec with the one before; creation is free. */
export interface TransitionRule {
  name: string;
  /** CEL text, evaluated with `self` and `oldSelf`. */
  cel: string;
  message: string;
  holds(spec: { entityName?: string | undefined }, before: { entityName?: string | undefined }): boolean;
}

export const specTransitionRules: readonly TransitionRule[] = [
  {
    name: 'entity-name-is-fixed',
    cel: 'has(self.entityName) == has(oldSelf.entityName) && (!has(self.entityName) || self.entityName == oldSelf.entityName)',
    message: 'entityName can be neither added, changed nor removed; create another object and delete this one',
    holds: (spec, before) => spec.entityName === before.entityName,
  },
];

interface ApiSpecFields {
  definition?: unknown;
  definitionFrom?: unknown;
  remotes?: unknown;
}

export const apiSpecRules: readonly Rule<ApiSpecFields>[] = [
  {
    name: 'one-definition',
    cel: '!(has(self.definition) && has(self.definitionFrom))',
    message: 'must have definition or definitionFrom, not both',
    fieldPath: '.definitionFrom',
    holds: (spec) => spec.definition === undefined || spec.definitionFrom === undefined,
  },
  {
    name: 'some-definition',
    cel: 'has(self.definition) || has(self.definitionFrom) || has(self.remotes)',
    message: 'must have definition, definitionFrom or remotes',
    holds: (spec) => spec.definition !== undefined || spec.definitionFrom !== undefined || spec.remotes !== undefined,
  },
];
