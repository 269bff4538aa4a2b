/**
 * The two parts of undici that a transport needs. Its index loads mocks, proxies, WebSockets and fetch as well: 13 MiB
 * and 40 ms of CPU in every process. The package has no `exports`, so that its files are open to whoever asks.
 */
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  /** `Dispatcher.request`, which the index would add to every dispatcher. */
  const request: (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;
  export default request;
}
