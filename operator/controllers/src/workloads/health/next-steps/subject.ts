/** The object that a next step is about. */
export interface Subject {
  kind: string;
  namespace: string;
  name: string;
  container?: string;
  /** The cause, in the closed vocabulary of the rules and trimmers, or names of objects. */
  detail?: string;
  /** The container runs again: the log of its last end is the previous one. */
  isRunningAgain?: boolean;
}

/** A step as a rule of a reason proposes it. */
export interface ProposedStep {
  text: string;
  command: string | undefined;
}

export type StepRule = (subject: Subject) => ProposedStep;

/** Names that the API server accepts. Anything else is not put into a command that somebody might paste. */
const safeName = /^[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$/;

/** `kubectl` with its words; undefined when any name among them could mean more to a shell or to kubectl than a name. */
export function kubectl(words: string, names: readonly string[]): string | undefined {
  if (!names.every((name) => safeName.test(name))) return undefined;
  let next = 0;
  return `kubectl ${words.replaceAll('%', () => names[next++] ?? '')}`;
}

export function describe({ kind, namespace, name }: Subject): string | undefined {
  if (namespace === '') return kubectl('describe % %', [kind.toLowerCase(), name]);
  return kubectl('describe % % -n %', [kind.toLowerCase(), name, namespace]);
}

export function events({ kind, namespace, name }: Subject): string | undefined {
  return kubectl('events -n % --for %/%', [namespace, kind.toLowerCase(), name]);
}

/**
 * The last words of the container. Without `--previous` while it waits: the kubelet then answers with the run that
 * ended, also when the one before is already collected.
 */
export function logs({ namespace, name, container, isRunningAgain = false }: Subject): string | undefined {
  const previous = isRunningAgain ? ' --previous' : '';
  if (container === undefined) return kubectl(`logs % -n % --all-containers --tail=50`, [name, namespace]);
  return kubectl(`logs % -n % -c %${previous} --tail=50`, [name, namespace, container]);
}

/** `container web` or `the pod`. */
export function who({ container, name }: Subject): string {
  return container === undefined ? `pod ${name}` : `container ${container}`;
}

export function lookFor(kind: string, name: string, namespace: string): string | undefined {
  return kubectl('get % % -n %', [kind.toLowerCase(), name, namespace]);
}
