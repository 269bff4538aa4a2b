import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderManifests } from '../generate.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { kinds } from '../kinds/kinds.ts';

type Schema = Record<string, unknown> & {
  type?: string;
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
};

const files = [...renderManifests()];

function* fields(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  if (schema.items !== undefined) yield* fields(schema.items, `${path}[]`);
  for (const [key, each] of Object.entries(schema.properties ?? {})) yield* fields(each, `${path}.${key}`);
}

function schemaOf(text: string): Schema {
  const definition = parse(text) as { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } };
  return definition.spec.versions[0].schema.openAPIV3Schema;
}

describe('the manifests', () => {
  it('are one file per kind', () => {
    const plurals = [...kinds, clusterKind].map(({ plural }) => plural);
    expect(files.map(([name]) => name)).toEqual(plurals.map((plural) => `portolan.dev_${plural}.yaml`));
  });

  it.each(files)('%s bounds every string and list, and describes every field', (_name, text) => {
    const root = schemaOf(text);
    for (const part of ['spec', 'status']) {
      for (const [path, schema] of fields(root.properties?.[part] ?? {}, part)) {
        if (!path.endsWith('[]')) expect([path, schema.description]).toEqual([path, expect.stringMatching(/\.$/)]);
        if (schema.type === 'array') {
          expect([path, schema['maxItems'], schema['x-kubernetes-list-type']]).toEqual([
            path,
            expect.any(Number),
            expect.stringMatching(/^(set|atomic|map)$/),
          ]);
        }
        if (schema.type === 'string') {
          expect([path, schema['maxLength'] ?? schema['enum']]).toEqual([path, expect.anything()]);
        }
      }
    }
  });

  it.each(files)('%s has no keyword that a structural schema forbids', (_name, text) => {
    for (const [path, schema] of fields(schemaOf(text), '')) {
      const keywords = Object.keys(schema).filter((key) =>
        [
          '$schema',
          '$ref',
          'additionalProperties',
          'uniqueItems',
          'propertyNames',
          'const',
          'exclusiveMinimum',
        ].includes(key),
      );
      expect([path, keywords]).toEqual([path, []]);
    }
  });
});
