import type { FastifyRequest } from 'fastify';
import { inputError, notAllowedError, quoted } from './errors.ts';

/** The name in a Host header, lower-cased, without port and without the brackets of IPv6. */
export function hostName(header: string): string {
  const name = header.startsWith('[') ? header.slice(1, header.indexOf(']')) : header.replace(/:\d*$/, '');
  return name.toLowerCase();
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/**
 * Refuses requests for a host that is not ours. Without sign-in, the loopback address is what keeps others out, and
 * a page from anywhere could reach it through a name of its own that resolves to 127.0.0.1 (DNS rebinding).
 */
export function createHostCheck(allowedHosts: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set(allowedHosts.map((host) => hostName(host)));
  // Remembers header texts found good, not names: a handful per deployment; what is refused is not remembered.
  const passed = new Set<string>();
  return (request) => {
    const header = request.headers.host;
    if (header === undefined || header === '') {
      throw inputError('The Host header is missing', 'API_REQUEST_MALFORMED');
    }
    if (passed.has(header)) {
      return;
    }
    const name = hostName(header);
    if (!isLoopback(name) && !allowed.has(name)) {
      throw notAllowedError(`Host ${quoted(name)} is not served here; allow it by setting`, 'API_HOST_NOT_ALLOWED');
    }
    if (passed.size < 100) {
      passed.add(header);
    }
  };
}
