import { Agent, request } from 'undici';

/** Requests to the API server as a member of `system:masters`: to set up and to look, never to prove a permission. */
export interface AdminClient {
  /** `body` is sent as JSON; the answer's body is parsed when it is JSON, else it is text. */
  request(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ status: number; body: unknown }>;
  /** Whether `path` answers 200. False also when nobody listens. */
  isOk(path: string): Promise<boolean>;
  close(): Promise<void>;
}

export function createAdminClient(options: {
  server: string;
  certificateAuthority: string;
  certificate: string;
  key: string;
}): AdminClient {
  const { server, certificateAuthority: ca, certificate: cert, key } = options;
  const agent = new Agent({ connect: { ca, cert, key }, connections: 16 });
  const send: AdminClient['request'] = async (method, path, body, contentType = 'application/json') => {
    const response = await request(new URL(path, server), {
      method,
      dispatcher: agent,
      headers: body === undefined ? {} : { 'content-type': contentType },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    return { status: response.statusCode, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return {
    request: send,
    isOk: async (path) =>
      send('GET', path).then(
        ({ status }) => status === 200,
        () => false,
      ),
    close: async () => {
      await agent.destroy();
    },
  };
}
