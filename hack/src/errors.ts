/**
 * What can go wrong in the tooling, by code. Each message is one sentence that says what to do; scripts print it alone.
 *
 * - `HACK_USAGE` a flag or a combination of flags that does not exist
 * - `HACK_PORT_IN_USE` another program listens on the asked port
 * - `HACK_GO_MISSING`, `HACK_GO_TOO_OLD` no Go that can build the control plane
 * - `HACK_DISK_FULL` not enough free space to build
 * - `HACK_BUILD_FAILED` the Go build ended with an error
 * - `HACK_PROCESS_ENDED` a process of the control plane ended by itself
 * - `HACK_NOT_READY` something did not become ready in its time
 * - `HACK_KUBECTL` a kubectl command failed
 * - `HACK_PUBLISHED_FILE` a file of a published package cannot be fetched, or is not the one that was meant
 * - `HACK_CLUSTER` the chosen cluster cannot be used: kind, assets or context missing
 * - `HACK_RUNNING` this checkout already runs with other options
 */
export class HackError extends Error {
  override readonly name = 'HackError';
  readonly code: HackErrorCode;

  constructor(code: HackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type HackErrorCode =
  | 'HACK_USAGE'
  | 'HACK_PORT_IN_USE'
  | 'HACK_GO_MISSING'
  | 'HACK_GO_TOO_OLD'
  | 'HACK_DISK_FULL'
  | 'HACK_BUILD_FAILED'
  | 'HACK_PROCESS_ENDED'
  | 'HACK_NOT_READY'
  | 'HACK_KUBECTL'
  | 'HACK_PUBLISHED_FILE'
  | 'HACK_CLUSTER'
  | 'HACK_RUNNING';
