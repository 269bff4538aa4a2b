import { watchComponents } from '../testing/component-watch.ts';

/** Tells when a component's status first names an owner. */
export interface OwnerWatch {
  /** Resolves with the time (`performance.now()`) at which the watch showed it; ask before changing the spec. */
  shown(component: string, ownerRef: string): Promise<number>;
  close(): Promise<void>;
}

interface Waiter {
  ownerRef: string;
  resolve: (at: number) => void;
  reject: (error: unknown) => void;
}

/** One watch on the components of a namespace, from now on, as the account of a kubeconfig with a token. */
export async function watchOwners(options: { kubeconfig: string; namespace: string }): Promise<OwnerWatch> {
  const waiting = new Map<string, Waiter>();
  const watch = await watchComponents({
    ...options,
    onVersion: ({ name, status, at }) => {
      const waiter = waiting.get(name);
      if (waiter === undefined || status?.ownerRef !== waiter.ownerRef) return;
      waiting.delete(name);
      waiter.resolve(at);
    },
  });
  watch.failed.catch((error: unknown) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  return {
    shown: (component, ownerRef) =>
      new Promise((resolve, reject) => waiting.set(component, { ownerRef, resolve, reject })),
    close: () => watch.close(),
  };
}
