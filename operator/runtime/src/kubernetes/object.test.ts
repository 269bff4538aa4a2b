import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiVersionOf, objectKey, resourceName, resourcePath, type ResourceType } from './object.ts';
import { compareResourceVersions, isAtLeast, isOlder } from './resource-version.ts';
import { apiStatusError, parseRetryAfter } from './status.ts';

const components: ResourceType = {
  group: 'portolan.dev',
  version: 'v1alpha1',
  plural: 'components',
  kind: 'Component',
  namespaced: true,
};
const nodes: ResourceType = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };

describe('the path of a resource', () => {
  it('names collections, objects and subresources, encoded', () => {
    expect(resourcePath(components)).toBe('/apis/portolan.dev/v1alpha1/components');
    expect(resourcePath(components, { namespace: 'a', name: 'b/../c', subresource: 'status' })).toBe(
      '/apis/portolan.dev/v1alpha1/namespaces/a/components/b%2F..%2Fc/status',
    );
    expect(resourcePath(nodes, { namespace: 'ignored', name: 'n' })).toBe('/api/v1/nodes/n');
  });

  it('has a full name, an apiVersion and keys as client-go has them', () => {
    expect([resourceName(components), resourceName(nodes)]).toEqual(['components.portolan.dev', 'nodes']);
    expect([apiVersionOf(components), apiVersionOf(nodes)]).toEqual(['portolan.dev/v1alpha1', 'v1']);
    expect(objectKey({ metadata: { namespace: 'a', name: 'b' } })).toBe('a/b');
    expect(objectKey({ metadata: { namespace: '', name: 'b' } })).toBe('b');
  });
});

describe('resource versions', () => {
  it('compare as numbers of any length', () => {
    const version = fc.bigInt({ min: 1n, max: 10n ** 30n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareResourceVersions(String(a), String(b)) ?? Number.NaN;
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(isOlder(String(a), String(b))).toBe(a < b);
        expect(isAtLeast(String(a), String(b))).toBe(a >= b);
      }),
    );
  });

  it('are not compared when they are no numbers', () => {
    for (const odd of ['', '0', '012', 'abc', '1.5']) {
      expect(compareResourceVersions(odd, '5')).toBeUndefined();
      expect(isOlder(odd, '5') || isAtLeast(odd, '5')).toBe(false);
    }
  });
});

describe('a Status', () => {
  it('becomes an error whatever it lacks', () => {
    expect(apiStatusError({ what: 'watch x', body: undefined })).toMatchObject({ code: 'RUNTIME_API_STATUS' });
    const body = { code: 504, message: 'm'.repeat(5_000), details: { retryAfterSeconds: 2, causes: [null, {}] } };
    const error = apiStatusError({ what: 'watch x', body });
    expect(error).toMatchObject({ status: 504, retryAfterMs: 2_000, causes: [] });
    expect(error.message.length).toBeLessThan(1_100);
  });

  it('asks to wait by seconds or by a date', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfter('3', now)).toBe(3_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:10 GMT', now)).toBe(10_000);
    expect(parseRetryAfter('Thu, 01 Jan 2015 00:00:10 GMT', now)).toBe(0);
    expect([parseRetryAfter('soon', now), parseRetryAfter(undefined, now)]).toEqual([undefined, undefined]);
  });
});
