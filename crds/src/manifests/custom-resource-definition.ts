import type { CustomKind } from '../kinds/custom-kind.ts';
import { apiGroup, type Column } from '../kinds/kinds.ts';
import { schemaRevision } from './schema-revision.ts';
import { structuralSchema, type StructuralSchema } from './structural-schema.ts';

/** The CustomResourceDefinition of a kind, as a plain object. */
export function customResourceDefinition(info: CustomKind): Record<string, unknown> {
  const { kind, plural, singular, shortName, categories, columns, selectableFields } = info;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${apiGroup}`,
      labels: { 'app.kubernetes.io/name': 'portolan' },
      annotations: { 'portolan.dev/schema-revision': String(schemaRevision) },
    },
    spec: {
      group: apiGroup,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        shortNames: [shortName],
        categories: [...categories],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(info) },
          subresources: { status: {} },
          additionalPrinterColumns: columns.map(printerColumn),
          ...(selectableFields.length > 0 && {
            selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
          }),
        },
      ],
    },
  };
}

function objectSchema(info: CustomKind): StructuralSchema {
  const { description, spec, status, specRules, transitionRules, objectRules } = info;
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'portolan.dev/v1alpha1.' },
      kind: { type: 'string', description: 'The kind of the object.' },
      metadata: { type: 'object' },
      spec: {
        description: 'What its author says about it.',
        ...structuralSchema(spec),
        ...validations([...transitionRules, ...specRules]),
      },
      status: {
        ...structuralSchema(status),
        description: 'What Portolan found out about it.',
        default: { observedGeneration: -1 },
      },
    },
    ...validations(objectRules),
  };
}

interface Validated {
  cel: string;
  message: string;
  fieldPath?: string;
}

/** The API server refuses an empty list of rules. */
function validations(rules: readonly Validated[]): StructuralSchema {
  return rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map(validation) };
}

function validation({ cel, message, fieldPath }: Validated): Record<string, string> {
  return { rule: cel, message, ...(fieldPath !== undefined && { fieldPath }) };
}

function printerColumn({ name, jsonPath, type = 'string', wide, description }: Column): Record<string, unknown> {
  return { name, type, jsonPath, description: `${description}.`, ...(wide === true && { priority: 1 }) };
}
