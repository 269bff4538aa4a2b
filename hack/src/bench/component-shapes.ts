/** Components of realistic size for the benches: about 8 relations' worth of refs and links. */

const apiVersion = 'portolan.dev/v1alpha1';
export const namespace = 'bench';
export const teams = 500;

/** A team that owns components. */
export function group(at: number): object {
  return {
    apiVersion,
    kind: 'Group',
    metadata: { name: `team-${at}`, namespace },
    spec: { type: 'team', children: [] },
  };
}

export function nameOf(at: number): string {
  return `payments-ledger-service-${at}`;
}

/** 2.2 kB as the API server sends it, managedFields included, and about 8 relations' worth of refs and links. */
export function component(at: number): object {
  const name = nameOf(at);
  return {
    apiVersion,
    kind: 'Component',
    metadata: {
      name,
      namespace,
      labels: { 'example.com/tier': ['gold', 'silver', 'bronze'][at % 3] },
      annotations: {
        'github.com/project-slug': `example/${name}`,
        'backstage.io/techdocs-ref': 'dir:.',
        'backstage.io/source-location': `url:https://git.example.com/example/${name}/`,
      },
    },
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: `team-${at % teams}`,
      title: `Payments ledger ${at}`,
      description: 'Keeps the ledger of payments and tells whoever asks what was paid, when and by whom.',
      tags: ['payments', 'ledger', 'java'],
      links: [{ url: `https://runbooks.example.com/${name}`, title: 'Runbook' }],
      ...(at > 3 && { dependsOn: [1, 2, 3].map((back) => `component:${nameOf(at - back)}`) }),
    },
  };
}

/** The same with all that the API server and the operator add, each as its own JSON text, as a watch brings it. */
export function componentText(at: number): string {
  const { metadata, ...rest } = component(at) as { metadata: object };
  const second = new Date(Date.UTC(2026, 9, 1) + Math.floor(at / 200) * 1000).toISOString().replace('.000', '');
  const condition = { observedGeneration: 1, lastTransitionTime: second, status: 'True' };
  const total = at > 3 ? 4 : 1;
  return JSON.stringify({
    ...rest,
    metadata: {
      ...metadata,
      uid: `7c9e6679-7425-40de-944b-${String(at).padStart(12, '0')}`,
      resourceVersion: String(1_000_000 + at * 2),
      generation: 1,
      creationTimestamp: second,
    },
    status: {
      observedGeneration: 1,
      ownerRef: `group:${namespace}/team-${at % teams}`,
      refs: { total },
      conditions: [
        { ...condition, type: 'Ready', reason: 'Accepted', message: `Served as component:${namespace}/${nameOf(at)}.` },
        {
          ...condition,
          type: 'RefsResolved',
          reason: 'AllResolved',
          message: total === 1 ? 'Its one reference has a target.' : `All ${total} references have a target.`,
        },
      ],
    },
  });
}
