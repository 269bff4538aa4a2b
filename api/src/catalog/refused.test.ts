import { describe, expect, test } from 'vitest';
import { refused, testServer } from '../testing/server.ts';

const app = await testServer();
const pageCursor = (change: object): string => encodeURIComponent(btoa(JSON.stringify(change)));

describe('a GET is refused with 400 InputError naming the parameter', () => {
  test.each<[string, RegExp]>([
    ['/entities?nope=1', /^Unknown query parameter "nope"; this route takes filter, fields/],
    ['/entities?Filter=kind', /"Filter"/],
    ['/entities?filter[]=kind', /"filter\[\]"/],
    ['/entities?__proto__=1', /"__proto__"/],
    ['/entities?constructor=1', /"constructor"/],
    ['/entities?orderField=kind,asc', /"orderField"/],
    ['/entities?filter=', /'filter': must not be empty/],
    ['/entities?filter', /'filter': must not be empty/],
    ['/entities?filter==x', /'filter': "=x" has no key/],
    ['/entities?fields=', /'fields': must not be empty/],
    ['/entities?fields=metadata.tags[0]', /'fields': "metadata.tags\[0\]" is not a dot path/],
    ['/entities?limit=0', /'limit': must be a whole number of at least 1/],
    ['/entities?limit=-1', /'limit': must be a whole number of at least 1/],
    ['/entities?limit=x', /'limit'/],
    ['/entities?limit=1.5', /'limit'/],
    ['/entities?limit=1e3', /'limit'/],
    ['/entities?limit=%201', /'limit'/],
    ['/entities?limit=99999999999999999999', /'limit'/],
    ['/entities?limit=', /'limit': must not be empty/],
    ['/entities?limit=1&limit=2', /'limit': must be given once/],
    ['/entities?offset=-1', /'offset': must be a whole number of at least 0/],
    ['/entities?offset=NaN', /'offset'/],
    ['/entities?after=', /'after': must not be empty/],
    ['/entities?after=nonsense', /'after': malformed/],
    [`/entities?after=${btoa('{"limit":-1}')}`, /'after': malformed/],
    [`/entities?after=${btoa('{"limit":1e99}')}`, /'after': malformed/],
    ['/entities?order=kind', /'order': "kind" must be asc:field or desc:field/],
    ['/entities?order=up:kind', /'order'/],
    ['/entities?order=asc:', /'order'/],
    ['/entities/by-query?nope=1', /^Unknown query parameter "nope"/],
    ['/entities/by-query?order=asc:kind', /^Unknown query parameter "order"/],
    ['/entities/by-query?after=x', /^Unknown query parameter "after"/],
    ['/entities/by-query?filter=', /'filter'/],
    ['/entities/by-query?fields=', /'fields'/],
    ['/entities/by-query?cursor=', /'cursor': must not be empty/],
    ['/entities/by-query?cursor=%21%21', /'cursor' is malformed/],
    ['/entities/by-query?cursor=e30=', /'cursor' is malformed/],
    [`/entities/by-query?cursor=${pageCursor({ orderFields: 1 })}`, /'cursor' is malformed/],
    [`/entities/by-query?cursor=${'A'.repeat(10_000)}`, /'cursor' is malformed/],
    ['/entities/by-query?cursor=a&cursor=b', /'cursor': must be given once/],
    ['/entities/by-query?limit=-1', /'limit': must be a whole number of at least 0/],
    ['/entities/by-query?limit=ten', /'limit'/],
    ['/entities/by-query?offset=-5', /'offset'/],
    ['/entities/by-query?orderField=', /'orderField': must not be empty/],
    ['/entities/by-query?orderField=kind,up', /'orderField': "kind,up" must be field,asc or field,desc/],
    ['/entities/by-query?orderField=,asc', /'orderField'/],
    ['/entities/by-query?totalItems=maybe', /'totalItems': must be 'include' or 'exclude'/],
    ['/entities/by-query?fullTextFilterTerm=', /'fullTextFilterTerm': must not be empty/],
    ['/entities/by-query?fullTextFilterTerm=a&fullTextFilterTerm=b', /'fullTextFilterTerm': must be given once/],
    [`/entities/by-query?fullTextFilterTerm=${'a'.repeat(2_000)}`, /'fullTextFilterTerm': must not be longer/],
    ['/entities/by-name/component/default/web?x=1', /^Unknown query parameter "x"; this route takes none/],
    ['/entities/by-uid/x?fields=kind', /^Unknown query parameter "fields"/],
    ['/entity-facets', /'facet': must be given/],
    ['/entity-facets?facet=', /'facet': must not be empty/],
    ['/entity-facets?facet=&facet=', /'facet': name at least one path/],
    ['/entity-facets?facet=kind&limit=1', /^Unknown query parameter "limit"/],
    ['/entity-facets?facet=kind&filter==', /'filter'/],
    [`/entity-facets?${Array.from({ length: 101 }, () => 'facet=kind').join('&')}`, /'facet': must not be given more/],
    [`/entities?${Array.from({ length: 1_001 }, () => 'filter=k').join('&')}`, /'filter': must not be given more/],
  ])('%s', async (path, message) => {
    const { error, request, response } = await refused(app, { path });
    expect(error).toMatchObject({ name: 'InputError', code: 'API_INPUT_INVALID' });
    expect(error.message).toMatch(message);
    expect(request).toEqual({ method: 'GET', url: path });
    expect(response.statusCode).toBe(400);
  });
});

describe('a POST is refused with 400 InputError naming the field', () => {
  test.each<[string, unknown, RegExp]>([
    ['/entities/by-query', [], /must be a JSON object/],
    ['/entities/by-query', { limit: -1 }, /'limit': must be at least 0/],
    ['/entities/by-query', { limit: '5' }, /'limit': must be a whole number/],
    ['/entities/by-query', { limit: 1.5 }, /'limit': must be a whole number/],
    ['/entities/by-query', { offset: -1 }, /'offset': must be at least 0/],
    ['/entities/by-query', { cursor: '' }, /'cursor': must not be empty/],
    ['/entities/by-query', { cursor: 5 }, /'cursor': must be a string/],
    ['/entities/by-query', { cursor: 'x' }, /'cursor' is malformed/],
    ['/entities/by-query', { fields: 'kind' }, /'fields': must be a list/],
    ['/entities/by-query', { fields: ['a[0]'] }, /'fields': "a\[0\]" is not a dot path/],
    ['/entities/by-query', { orderBy: { field: 'kind' } }, /'orderBy': must be a list/],
    ['/entities/by-query', { orderBy: [{ field: '' }] }, /'orderBy.0.field': must name a field/],
    ['/entities/by-query', { orderBy: [{ field: 'kind', order: 'up' }] }, /'orderBy.0.order': must be 'asc' or 'desc'/],
    ['/entities/by-query', { fullTextFilter: 'x' }, /'fullTextFilter'/],
    ['/entities/by-query', { fullTextFilter: { term: 1 } }, /'fullTextFilter.term': must be a string/],
    ['/entities/by-query', { totalItems: 'no' }, /'totalItems'/],
    ['/entities/by-query', { query: 'kind=api' }, /'query': must be an object/],
    ['/entities/by-query', { query: null }, /'query': must be an object/],
    ['/entities/by-query', { query: { $nor: [] } }, /'query': unknown operator "\$nor"/],
    ['/entities/by-query', { query: { kind: null } }, /'query\["kind"\]'/],
    ['/entities/by-query', { query: { $all: [], kind: 'x' } }, /must be the only key/],
    ['/entities/by-query?limit=1', {}, /^Unknown query parameter "limit"/],
    ['/entities/by-refs', {}, /'entityRefs': must be a list/],
    ['/entities/by-refs', { entityRefs: 'a' }, /'entityRefs': must be a list/],
    ['/entities/by-refs', { entityRefs: [1] }, /'entityRefs.0': must be a string/],
    ['/entities/by-refs', { entityRefs: [], fields: 1 }, /'fields'/],
    ['/entities/by-refs', { entityRefs: [], query: [] }, /'query'/],
    ['/entities/by-refs?fields=kind', { entityRefs: [] }, /^Unknown query parameter "fields"/],
    ['/entities/by-refs?filter=', { entityRefs: [] }, /'filter'/],
    ['/entity-facets', {}, /'facets'/],
    ['/entity-facets', { facets: [] }, /'facets': name at least one path/],
    ['/entity-facets', { facets: [''] }, /'facets': name at least one path/],
    ['/entity-facets', { facets: [1] }, /'facets.0': must be a string/],
    ['/entity-facets', { facets: ['kind'], query: 1 }, /'query'/],
    ['/entity-facets?facet=kind', { facets: ['kind'] }, /^Unknown query parameter "facet"/],
  ])('%s %j', async (path, payload, message) => {
    const { error, request } = await refused(app, { method: 'POST', path, payload });
    expect(error).toMatchObject({ name: 'InputError', code: 'API_INPUT_INVALID' });
    expect(error.message).toMatch(message);
    expect(request).toEqual({ method: 'POST', url: path });
  });

  test.each<[string, string, string]>([
    ['{', 'application/json', 'API_BODY_MALFORMED'],
    ['nonsense', 'application/json; charset=utf-8', 'API_BODY_MALFORMED'],
    ['{"query":{}}', 'text/plain', 'API_CONTENT_TYPE'],
    ['query=x', 'application/x-www-form-urlencoded', 'API_CONTENT_TYPE'],
    ['x', 'nonsense', 'API_CONTENT_TYPE'],
    [JSON.stringify({ entityRefs: ['x'.repeat(102_400)] }), 'application/json', 'API_BODY_TOO_LARGE'],
    ['x'.repeat(102_401), 'text/plain', 'API_BODY_TOO_LARGE'],
  ])('a body %.20j of %s', async (payload, contentType, code) => {
    const headers = { 'content-type': contentType };
    const { error } = await refused(app, { method: 'POST', path: '/entities/by-refs', payload, headers });
    expect(error).toMatchObject({ name: 'InputError', code });
  });

  test.each(['"text"', 'null', '5', 'true'])('the JSON %s is no object', async (payload) => {
    const headers = { 'content-type': 'application/json' };
    const { error } = await refused(app, { method: 'POST', path: '/entities/by-query', payload, headers });
    expect(error.message).toMatch(/must be a JSON object/);
  });
});

describe('what does not exist is 404 NotFoundError', () => {
  test.each<[string, string]>([
    [
      '/entities/by-name/component/default/nope',
      "No entity named 'nope' found, with kind 'component' in namespace 'default'",
    ],
    ['/entities/by-name/%3Cb%3E/a%2Fb/c', "No entity named 'c' found, with kind '<b>' in namespace 'a/b'"],
    [`/entities/by-name/component/default/${'x'.repeat(300)}`, `No entity named '${'x'.repeat(300)}' found`],
    ['/entities/by-uid/nope', 'No entity with uid nope'],
    ['/entities/by-uid/__proto__', 'No entity with uid __proto__'],
    ['/nope', 'No route for GET /api/catalog/nope'],
    ['/', 'No route for GET /api/catalog/'],
    ['', 'No route for GET /api/catalog'],
    ['/entities/by-name/component/default', 'No route'],
    ['/locations', 'No route'],
  ])('GET %.60s', async (path, message) => {
    const { error } = await refused(app, { path });
    expect(error).toMatchObject({ name: 'NotFoundError', code: 'API_NOT_FOUND' });
    expect(error.message).toContain(message);
  });

  test('nor do other methods of the routes', async () => {
    for (const method of ['DELETE', 'PUT', 'POST'] as const) {
      const { response } = await refused(app, { method, path: '/entities' });
      expect(response.statusCode).toBe(404);
    }
  });
});

test('a malformed escape in the path is 400', async () => {
  const { error, response } = await refused(app, { path: '/entities/by-name/component/default/%A' });
  expect(error).toMatchObject({ name: 'InputError', code: 'API_URL_INVALID' });
  expect(response.statusCode).toBe(400);
});

test('a URL beyond the limit is 400', async () => {
  const { error } = await refused(app, { path: `/entities?filter=${'x'.repeat(20_000)}` });
  expect(error.code).toBe('API_URL_INVALID');
});
