/** The group of the kinds that conformance cases use. */
export const group = 'conformance.portolan.dev';
export const apiVersion = `${group}/v1`;

/** Namespaced, with a status subresource and a schema that has something of everything. */
export const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: ['wdg'], categories: ['conformance'] },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: '.spec.color' }],
        additionalPrinterColumns: [
          { name: 'Color', type: 'string', jsonPath: '.spec.color' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['color'],
                properties: {
                  color: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[a-z]+$' },
                  mode: { type: 'string', enum: ['Fast', 'Slow'], default: 'Slow' },
                  size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
                  tags: { type: 'array', maxItems: 3, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  links: {
                    type: 'array',
                    items: { type: 'object', properties: { url: { type: 'string' }, title: { type: 'string' } } },
                  },
                  ports: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: {
                        name: { type: 'string' },
                        number: { type: 'integer' },
                        protocol: { type: 'string', default: 'TCP' },
                      },
                    },
                  },
                  nested: {
                    type: 'object',
                    properties: { inner: { type: 'object', properties: { value: { type: 'string', default: 'x' } } } },
                  },
                  labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 5 } },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  amount: { 'x-kubernetes-int-or-string': true },
                  when: { type: 'string', format: 'date-time' },
                  nothing: { type: 'string', nullable: true },
                },
              },
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Without namespaces, without a status subresource. */
export const gadgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gadgets.${group}` },
  spec: {
    group,
    names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

export function widget(name: string, spec: Record<string, unknown> = { color: 'red' }, metadata: object = {}): object {
  return { apiVersion, kind: 'Widget', metadata: { name, ...metadata }, spec };
}

export function gadget(name: string, fields: object = {}): object {
  return { apiVersion, kind: 'Gadget', metadata: { name }, spec: { a: 1 }, ...fields };
}
