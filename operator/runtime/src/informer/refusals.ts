import { RuntimeError, runtimeErrorCodes } from '../errors.ts';

/** Whether the resourceVersion that we hold is of no more use. */
export function needsListing(error: unknown): boolean {
  if (!(error instanceof RuntimeError) || error.code !== runtimeErrorCodes.apiStatus) return false;
  const { status = 0, reason } = error;
  if (reason === 'Expired' || reason === 'Gone' || isFromTheFuture(error)) return true;
  // 401, 403 and 429 say nothing about the version; 404 means that all objects of the kind may be gone.
  return status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429;
}

/** A 504 with this cause: the server's data is older than ours, as after a restored backup. */
export function isFromTheFuture(error: unknown): boolean {
  if (!(error instanceof RuntimeError) || error.code !== runtimeErrorCodes.apiStatus) return false;
  return error.causes?.includes('ResourceVersionTooLarge') === true || /Too large resource version/.test(error.message);
}

/**
 * Whether a watch-list that failed before its end should give way to a paged list: for good, as the server does not
 * know the parameters, or once, as something is wrong with it now. `none` for what would harm a list just as well.
 */
export function watchListRefusal(error: unknown): 'for-good' | 'once' | 'none' {
  if (!(error instanceof RuntimeError)) return 'none';
  // Silence without an end of the initial events, or a stream that ended before it.
  if (error.code === runtimeErrorCodes.timeout || error.code === runtimeErrorCodes.malformed) return 'once';
  if (error.code !== runtimeErrorCodes.apiStatus) return 'none';
  const { status = 0 } = error;
  if ([400, 405, 406, 415, 422, 501].includes(status)) return 'for-good';
  return [401, 403, 404, 429, 502, 503].includes(status) ? 'none' : 'once';
}
