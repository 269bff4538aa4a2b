import { isObject, type JsonObject } from '../json.ts';
import { timestamp, type StoredObject } from '../objects.ts';
import type { Clock } from '../clock.ts';
import { document, type Answer } from './answer.ts';
import { parseJson } from '../writes/patcher.ts';
import type { Request } from './request.ts';

/** Who may come in. Whoever is in may do everything: there are no permissions here. */
export interface Authentication {
  /** Whether a request with this bearer token is answered. */
  accepts(token: string | undefined): boolean;
  /** A `TokenRequest` with a token that is accepted from now on. */
  requestToken(body: JsonObject, account: StoredObject): JsonObject;
  /** Answers `TokenReview` and the access reviews; undefined for other paths. */
  review(request: Request): Promise<Answer | undefined>;
}

const defaultSeconds = 3_600;

/** @param options.tokens undefined: everyone is accepted */
export function createAuthentication(options: {
  tokens: readonly string[] | undefined;
  clock: Clock;
  random: () => number;
}): Authentication {
  const { tokens, clock, random } = options;
  const accepted = new Set(tokens);
  /** User name by token, of the tokens that were requested here. */
  const users = new Map<string, string>();
  const accepts = (token: string | undefined): boolean =>
    tokens === undefined || (token !== undefined && accepted.has(token));

  const tokenReview = (spec: JsonObject): JsonObject => {
    const username = typeof spec['token'] === 'string' ? users.get(spec['token']) : undefined;
    return username === undefined ? { authenticated: false, user: {} } : { authenticated: true, user: { username } };
  };
  return {
    accepts,
    requestToken: (body, { metadata }) => {
      const token = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(36)).join('');
      accepted.add(token);
      users.set(token, `system:serviceaccount:${metadata.namespace}:${metadata.name}`);
      const spec = isObject(body['spec']) ? body['spec'] : {};
      const asked = spec['expirationSeconds'];
      const seconds = typeof asked === 'number' ? asked : defaultSeconds;
      return {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name: metadata.name, namespace: metadata.namespace, creationTimestamp: timestamp(clock.now()) },
        spec: { ...spec, expirationSeconds: seconds },
        status: { token, expirationTimestamp: timestamp(clock.now() + seconds * 1000) },
      };
    },
    review: async (request) => {
      const match = /^\/apis\/(authentication|authorization)\.k8s\.io\/v1\/([a-z]+reviews)$/.exec(request.path);
      if (match === null || request.method !== 'POST') return undefined;
      const body = parseJson(await request.body());
      if (!isObject(body)) return undefined;
      const spec = isObject(body['spec']) ? body['spec'] : {};
      const status = match[2] === 'tokenreviews' ? tokenReview(spec) : { allowed: true };
      return document({ ...body, status }, 201);
    },
  };
}
