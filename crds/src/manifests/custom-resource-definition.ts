import { apiGroup, type Column, type KindInfo } from '../kinds/kinds.ts';
import { objectRules, specTransitionRules } from '../kinds/rules.ts';
import { kindSchemas } from '../kinds/kind-schemas.ts';
import { schemaRevision } from './schema-revision.ts';
import { structuralSchema, type StructuralSchema } from './structural-schema.ts';

/** The CustomResourceDefinition of a kind, as a plain object. */
export function customResourceDefinition(info: KindInfo): Record<string, unknown> {
  const { kind, plural, singular, shortName, columns, selectableFields } = info;
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
        categories: ['portolan', 'catalog'],
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

function objectSchema({ kind, description }: KindInfo): StructuralSchema {
  const { spec, status, specRules } = kindSchemas[kind];
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
        'x-kubernetes-validations': [
          ...specTransitionRules.map(({ cel, message }) => ({ rule: cel, message })),
          ...specRules.map(validation),
        ],
      },
      status: {
        ...structuralSchema(status),
        description: 'What Portolan found out about it.',
        default: { observedGeneration: -1 },
      },
    },
    'x-kubernetes-validations': objectRules.map(validation),
  };
}

function validation(rule: { cel: string; message: string; fieldPath?: string }): Record<string, string> {
  const { cel, message, fieldPath } = rule;
  return { rule: cel, message, ...(fieldPath !== undefined && { fieldPath }) };
}

function printerColumn({ name, jsonPath, type = 'string', wide, description }: Column): Record<string, unknown> {
  return { name, type, jsonPath, description: `${description}.`, ...(wide === true && { priority: 1 }) };
}
