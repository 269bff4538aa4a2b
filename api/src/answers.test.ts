import { describe, expect, test } from 'vitest';
import { etagOf, joinJson, matchesEtag } from './answers.ts';
import { ApiError, envelope, toApiError, urlInsidePlugin } from './errors.ts';
import { hostName } from './hosts.ts';

describe('ETags', () => {
  test('differ with the bytes and are quoted', () => {
    expect(etagOf('a')).toMatch(/^"[\w-]{27}"$/);
    expect(etagOf('a')).not.toBe(etagOf('b'));
    expect(etagOf(Buffer.from('a'))).toBe(etagOf('a'));
  });

  test.each<[string, boolean]>([
    ['"x"', true],
    ['W/"x"', true],
    ['*', true],
    ['"y", W/"x"', true],
    ['"y"', false],
    ['x', false],
    ['', false],
  ])('If-None-Match: %s matches "x": %s', (header, expected) => {
    expect(matchesEtag(header, '"x"')).toBe(expected);
  });
});

describe('joinJson', () => {
  test.each([[[]], [['1']], [['"é"', 'null', '{"a":1}']]])('%j', (parts) => {
    const joined = joinJson(
      '{"é":[',
      parts.map((part) => Buffer.from(part)),
      ']}',
    );
    expect(joined.toString()).toBe(`{"é":[${parts.join(',')}]}`);
  });
});

describe('the error envelope', () => {
  test.each([
    ['/api/catalog/entities?x=1', '/entities?x=1'],
    ['/api/catalog', '/'],
    ['/api/catalog?x', '/?x'],
    ['/api/catalogue/x', '/api/catalogue/x'],
    ['/other', '/other'],
    ['*', '/*'],
  ])('shows %s as %s', (url, expected) => {
    expect(urlInsidePlugin(url)).toBe(expected);
  });

  test('hides what was not foreseen', () => {
    const error = toApiError(new Error('connect to db.internal:5432 as admin failed'));
    expect(error).toMatchObject({ status: 500, code: 'API_INTERNAL' });
    expect(envelope(error)).not.toContain('db.internal');
    expect(toApiError('thrown text').status).toBe(500);
    expect(toApiError(undefined).status).toBe(500);
  });

  test('has the shape that the official client reads', () => {
    const error = new ApiError({ status: 400, name: 'InputError', code: 'API_INPUT_INVALID', message: 'no' });
    expect(JSON.parse(envelope(error, { method: 'GET', url: '/api/catalog/entities' }))).toEqual({
      error: { name: 'InputError', message: 'no', code: 'API_INPUT_INVALID' },
      request: { method: 'GET', url: '/entities' },
      response: { statusCode: 400 },
    });
  });
});

test.each([
  ['Localhost:8080', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]:80', '::1'],
  ['[::1]', '::1'],
  ['portal.example.com:', 'portal.example.com'],
])('the host name of %s is %s', (header, name) => {
  expect(hostName(header)).toBe(name);
});
