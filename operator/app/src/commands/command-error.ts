/** `COMMAND_ARGUMENTS`: a flag that cannot be used; `COMMAND_FAILED`: the cluster or the kubeconfig did not give it. */
export type CommandErrorCode = 'COMMAND_ARGUMENTS' | 'COMMAND_FAILED';

/** Why a command ended; one sentence, for the person who typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return this.code === 'COMMAND_ARGUMENTS' ? 2 : 1;
  }
}
