import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { initialState, step, type ReflectorEvent, type ReflectorState } from './reflector-state.ts';

function answer(status: number, reason?: string, causes?: string[], retryAfterMs?: number): RuntimeError {
  return new RuntimeError(runtimeErrorCodes.apiStatus, `answered ${status}`, { status, reason, causes, retryAfterMs });
}

const unreachable = new RuntimeError(runtimeErrorCodes.unreachable, 'refused');
const timeout = new RuntimeError(runtimeErrorCodes.timeout, 'silence');
const malformed = new RuntimeError(runtimeErrorCodes.malformed, 'a line of the stream is no JSON');
const failed = (error: unknown): ReflectorEvent => ({ type: 'failed', error });
const reached = (resourceVersion: string): ReflectorEvent => ({ type: 'reached', resourceVersion });
const watching = { tag: 'watching', by: 'watch-list', from: '7' } as const;
const waited = { type: 'waited' } as const;

/** What it does after the failure and, where it waits, after the wait. */
function after(state: ReflectorState, error: unknown): { waits: boolean; next: ReflectorState } {
  const next = step(state, failed(error));
  return { waits: next.tag === 'waiting', next: next.tag === 'waiting' ? step(next, waited) : next };
}

describe('the state machine of a reflector', () => {
  it('lists, watches from there, and moves on with every event and bookmark', () => {
    const listed = step(initialState, reached('5'));
    expect(listed).toEqual({ tag: 'watching', by: 'watch-list', from: '5' });
    expect(step(listed, reached('6'))).toEqual({ tag: 'watching', by: 'watch-list', from: '6' });
    expect(step(listed, { type: 'ended', events: 3, lastedMs: 1 })).toEqual(listed);
    expect(step(listed, { type: 'ended', events: 0, lastedMs: 1_000 })).toEqual(listed);
  });

  it.each([
    ['a refused connection', unreachable],
    ['silence', timeout],
    ['what is no event', malformed],
    ['401', answer(401)],
    ['403', answer(403)],
    ['429', answer(429)],
    ['500', answer(500, 'InternalError')],
    ['503', answer(503)],
    ['504', answer(504, 'Timeout')],
    ['a bug', new TypeError('x')],
  ])('waits and resumes where it was after %s', (_what, error) => {
    expect(after(watching, error)).toEqual({ waits: true, next: watching });
  });

  it.each([
    ['410', answer(410, 'Expired'), 'expired'],
    ['an expired version under any status', answer(500, 'Expired'), 'failed'],
    ['404, as the kind may have gone with its objects', answer(404), 'notinstalled'],
    ['400', answer(400), 'failed'],
    ['a version that the server has not reached', answer(504, 'Timeout', ['ResourceVersionTooLarge']), 'restored'],
  ])('waits and lists again after %s', (_what, error, reason) => {
    expect(after(watching, error)).toEqual({ waits: true, next: { tag: 'listing', by: 'watch-list', reason } });
  });

  it('waits after a watch that ended at once without a word', () => {
    const next = step(watching, { type: 'ended', events: 0, lastedMs: 999 });
    expect(next).toMatchObject({ tag: 'waiting', next: watching });
  });

  it.each([
    ['does not know it', answer(422), 'pages', 'pages'],
    ['refuses its parameters', answer(400), 'pages', 'pages'],
    ['cuts its initial events short', malformed, 'pages-once', 'watch-list'],
    ['says nothing', timeout, 'pages-once', 'watch-list'],
    ['fails within', answer(500), 'pages-once', 'watch-list'],
  ] as const)('lists by pages at once where the server %s', (_what, error, by, later) => {
    const next = step(initialState, failed(error));
    expect(next).toEqual({ tag: 'listing', by, reason: 'first' });
    expect(step(next, reached('9'))).toEqual({ tag: 'watching', by: later, from: '9' });
  });

  it('keeps asking in the same way while it is refused what pages would be refused, too', () => {
    for (const error of [answer(401), answer(403), answer(429), answer(503), unreachable]) {
      expect(after(initialState, error)).toEqual({ waits: true, next: initialState });
    }
  });

  it('hands on how long the server asked to wait', () => {
    const asked = answer(429, 'TooManyRequests', undefined, 7_000);
    expect(step(watching, failed(asked))).toMatchObject({ tag: 'waiting', retryAfterMs: 7_000, error: asked });
  });

  it('gives up a version only for an error that says so, and never fails twice without a wait', () => {
    const errors = [400, 401, 403, 404, 410, 422, 429, 500, 503, 504].map((status) => answer(status));
    const error = fc.constantFrom<unknown>(...errors, unreachable, timeout, malformed, new TypeError('x'), 'text');
    const event: fc.Arbitrary<ReflectorEvent> = fc.oneof(
      fc.nat(99).map((version) => reached(String(version))),
      fc.record({ type: fc.constant('ended' as const), events: fc.nat(2), lastedMs: fc.nat(2_000) }),
      error.map(failed),
      fc.constant(waited),
    );
    const useless = new Set([400, 404, 410, 422]);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let state: ReflectorState = initialState;
        let switches = 0;
        for (const each of events) {
          const next = step(state, each);
          const held = state.tag === 'waiting' ? state.next : state;
          const holds = next.tag === 'waiting' ? next.next : next;
          if (held.tag === 'watching' && holds.tag === 'listing') {
            expect(each.type === 'failed' && each.error instanceof RuntimeError && each.error.status).toSatisfy(
              (status: number) => useless.has(status),
            );
          }
          if (state.tag === 'waiting' && each.type !== 'waited') expect(next).toBe(state);
          // Without a wait only from one way of listing to another.
          if (each.type === 'failed' && state.tag !== 'waiting' && next.tag !== 'waiting') {
            expect([state, next]).toMatchObject([{ tag: 'listing', by: 'watch-list' }, { tag: 'listing' }]);
            expect(next).not.toMatchObject({ by: 'watch-list' });
            switches += 1;
          }
          state = next;
        }
        expect(switches).toBeLessThanOrEqual(1 + events.filter(({ type }) => type === 'reached').length);
      }),
    );
  });
});
