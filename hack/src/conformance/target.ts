import type { Answer, Client, StatusBody, Thing, ThingList, WatchStream } from './client.ts';
import { apiVersion, widget } from './subjects.ts';

/** What the conformance suite runs against. */
export interface Target {
  name: string;
  client: Client;
  /** Creates a namespace of its own for a group of cases. */
  namespace(): Promise<string>;
  /** Asks until there is something; the real server's controllers take their time. */
  eventually<T>(what: string, read: () => Promise<T | undefined>): Promise<T>;
}

export const mergePatch = { 'content-type': 'application/merge-patch+json' };
export const jsonPatch = { 'content-type': 'application/json-patch+json' };
export const applyPatch = { 'content-type': 'application/apply-patch+yaml' };

/** Shorthands for the widgets of one namespace. */
export interface Widgets {
  path: string;
  at(name: string): string;
  create(name: string, spec?: Record<string, unknown>, metadata?: object): Promise<Thing>;
  post<Body = Thing>(object: unknown, query?: string): Promise<Answer<Body>>;
  get(name: string): Promise<Thing>;
  put<Body = Thing>(object: Thing, query?: string): Promise<Answer<Body>>;
  merge<Body = Thing>(name: string, patch: unknown, query?: string): Promise<Answer<Body>>;
  mergeStatus<Body = Thing>(name: string, patch: unknown): Promise<Answer<Body>>;
  json<Body = Thing>(name: string, patch: unknown): Promise<Answer<Body>>;
  apply<Body = Thing>(name: string, fields: object, manager: string, subresource?: string): Promise<Answer<Body>>;
  remove<Body = StatusBody & Thing>(name: string, body?: unknown): Promise<Answer<Body>>;
  list(query?: string): Promise<ThingList>;
  listAnswer<Body = ThingList & StatusBody>(query?: string): Promise<Answer<Body>>;
  watch(query: string): Promise<WatchStream>;
}

export function widgetsIn(client: Client, namespace: string): Widgets {
  const path = `/apis/${apiVersion}/namespaces/${namespace}/widgets`;
  const at = (name: string): string => `${path}/${name}`;
  const listAnswer = async <Body>(query = ''): Promise<Answer<Body>> => client.request<Body>('GET', path + query);
  return {
    path,
    at,
    create: async (name, spec, metadata) => {
      const { status, body } = await client.request('POST', path, widget(name, spec, metadata));
      if (status !== 201) throw new Error(`create ${name}: ${JSON.stringify(body)}`);
      return body;
    },
    post: async (object, query = '') => client.request('POST', path + query, object),
    get: async (name) => (await client.request('GET', at(name))).body,
    put: async (object, query = '') => client.request('PUT', at(object.metadata.name) + query, object),
    merge: async (name, patch, query = '') => client.request('PATCH', at(name) + query, patch, mergePatch),
    mergeStatus: async (name, patch) => client.request('PATCH', `${at(name)}/status`, patch, mergePatch),
    json: async (name, patch) => client.request('PATCH', at(name), patch, jsonPatch),
    apply: async (name, fields, manager, subresource = '') => {
      const object = { apiVersion, kind: 'Widget', metadata: { name, namespace }, ...fields };
      const query = `?fieldManager=${manager}&force=true`;
      return client.request('PATCH', `${at(name)}${subresource}${query}`, object, applyPatch);
    },
    remove: async (name, body) => client.request('DELETE', at(name), body),
    listAnswer,
    list: async (query) => (await listAnswer<ThingList>(query)).body,
    watch: async (query) => client.watch(`${path}?watch=true&${query}`),
  };
}

export const namesOf = ({ items }: ThingList): string[] => items.map(({ metadata }) => metadata.name);
