import { z } from 'zod';
import { answerSchemas } from './catalog/answer-schemas.ts';
import { kubernetesAnswers } from './kubernetes/schemas.ts';
import type { ApiFeature, ApiRoute } from './routes.ts';

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

function parameters(schema: z.ZodObject, place: 'query' | 'path'): Json[] {
  // Query texts are parsed by the schema, so its output is what the parameter means: a number, a list.
  const { properties = {}, required = [] } = schemaOf(schema, 'output') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function answerOf(description: string, schema: string, type = 'application/json'): Json {
  return {
    description,
    content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

/** `/entities/by-uid/:uid` as `/entities/by-uid/{uid}`. */
function template(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

function refusalsOf({ params }: ApiRoute): Record<number, string> {
  return {
    400: 'A parameter or the body is wrong; the message names it.',
    ...(params && { 404: 'There is no such entity.' }),
  };
}

function operation(route: ApiRoute): Json {
  const { params, query, body, isStream = false } = route;
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    parameters: [...(params ? parameters(params, 'path') : []), ...parameters(query, 'query')],
    ...(body && { requestBody: { content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: {
      200: isStream
        ? answerOf('Events, until one side ends it; the schema is that of `data`.', route.answer, 'text/event-stream')
        : answerOf('The answer.', route.answer),
      ...(isStream && { 503: answerOf('Too many streams are open, or the server is stopping.', 'Error') }),
      ...(route.method === 'GET' &&
        !isStream && { 304: { description: 'The caller has these bytes already (If-None-Match).' } }),
      ...Object.fromEntries(
        Object.entries(route.refusals ?? refusalsOf(route)).map(([status, words]) => [
          status,
          answerOf(words, 'Error'),
        ]),
      ),
    },
  };
}

/** The OpenAPI 3.1 description of what is served: from the route table and the schemas that validate requests. */
export function openApiDocument(options: { version: string; features: readonly ApiFeature[] }): Json {
  const paths: Record<string, Json> = {};
  for (const { prefix, routes } of options.features) {
    for (const route of routes) {
      const path = template(`${prefix}${route.path}`);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
    }
  }
  const named = [answerSchemas, kubernetesAnswers].flatMap((registry) => {
    const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
    return Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema] as const);
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portolan read API',
      version: options.version,
      description:
        "The software catalog and what runs of it, in the HTTP API of Backstage's catalog and Kubernetes backends.",
    },
    paths,
    components: { schemas: Object.fromEntries(named) },
  };
}
