import { describe, expect, it } from 'vitest';
import { extensionFaults, reservedExtensionKeys } from './extensions.ts';

function user(fields: object) {
  return { kind: 'User' as const, spec: { memberOf: [], ...fields } };
}

function nested(levels: number): unknown {
  return levels === 0 ? 'leaf' : { next: nested(levels - 1) };
}

describe('free-form fields', () => {
  it('may not repeat a declared field, nor a name that means something to JavaScript', () => {
    const extensions = JSON.parse('{"memberOf": [], "title": "x", "badge": 1, "__proto__": {}}') as Record<
      string,
      unknown
    >;
    const keys = reservedExtensionKeys(user({ extensions, metadataExtensions: { namespace: 'x', team: 'y' } }));
    expect(keys).toEqual([
      'spec.extensions.memberOf',
      'spec.extensions.title',
      'spec.extensions.__proto__',
      'spec.metadataExtensions.namespace',
    ]);
  });

  it('may repeat a field that only other kinds have', () => {
    expect(reservedExtensionKeys(user({ extensions: { lifecycle: 'production' } }))).toEqual([]);
  });

  it('may be eight levels deep and no more', () => {
    expect(extensionFaults(user({ extensions: nested(8) }))).toEqual([]);
    expect(extensionFaults(user({ extensions: nested(9) }))).toEqual([
      'spec.extensions must have at most 8 levels; flatten it.',
    ]);
  });

  it('may have 64 KiB together', () => {
    const half = { text: 'é'.repeat(16_000) };
    expect(extensionFaults(user({ extensions: half, metadataExtensions: half }))).toEqual([]);
    const [fault] = extensionFaults(user({ extensions: half, metadataExtensions: { text: 'é'.repeat(17_000) } }));
    expect(fault).toMatch(/spec\.extensions and spec\.metadataExtensions must have at most 64 KiB together/);
  });
});
