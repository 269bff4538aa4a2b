/**
 * Pods as an API server sends them, for measuring what one costs in memory: two containers, a ReplicaSet as owner, the
 * labels, conditions and managedFields that real ones have. One in 20 has restarted. Each comes as its own JSON text,
 * because that is what a watch gives: no two share a string that V8 does not share by itself.
 */
export function podText(at: number): string {
  const workload = Math.floor(at / replicas);
  const app = `payments-${['ledger', 'gateway', 'reports', 'fraud'][workload % 4]}-${workload}`;
  const hash = hex(workload * 2_654_435_761, 10);
  const name = `${app}-${hash}-${hex(at * 40_503 + 7, 5)}`;
  const started = new Date(Date.UTC(2026, 9, 1) + at * 61_000).toISOString().replace('.000', '');
  const hasRestarted = at % 20 === 0;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${app}-${hash}-`,
      namespace: `team-${workload % 200}`,
      uid: uid(at),
      resourceVersion: String(10_000_000 + at * 3),
      creationTimestamp: started,
      labels: {
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/instance': app,
        'app.kubernetes.io/version': '1.14.2',
        'pod-template-hash': hash,
        team: `team-${workload % 200}`,
      },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-${hash}`,
          uid: uid(workload + 10_000_000),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
        manager,
        operation: 'Update',
        apiVersion: 'v1',
        time: started,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } }, 'f:status': { 'f:conditions': {} } },
      })),
    },
    spec: {
      volumes: [{ name: 'kube-api-access-x7k2p', projected: { sources: [], defaultMode: 420 } }],
      containers: ['app', 'sidecar-proxy'].map((container) => ({
        name: container,
        image: `registry.example.com/payments/${app}/${container}:1.14.2`,
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env: [{ name: 'LOG_LEVEL', value: 'info' }],
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        readinessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10 },
      })),
      restartPolicy: 'Always',
      nodeName: `node-${at % 500}`,
      serviceAccountName: 'default',
    },
    status: {
      phase: 'Running',
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
        (type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: started }),
      ),
      hostIP: `10.0.${at % 250}.1`,
      podIP: `10.${at % 250}.${Math.floor(at / 250) % 250}.7`,
      startTime: started,
      containerStatuses: ['app', 'sidecar-proxy'].map((container, index) => ({
        name: container,
        state: { running: { startedAt: started } },
        lastState:
          hasRestarted && index === 0
            ? { terminated: { exitCode: 137, reason: 'OOMKilled', startedAt: started, finishedAt: started } }
            : {},
        ready: true,
        restartCount: hasRestarted && index === 0 ? 1 + (at % 3) : 0,
        image: `registry.example.com/payments/${app}/${container}:1.14.2`,
        imageID: `registry.example.com/payments/${app}@sha256:${hex(workload, 64)}`,
        containerID: `containerd://${hex(at + index, 64)}`,
        started: true,
      })),
      qosClass: 'Burstable',
    },
  });
}

const replicas = 3;

function uid(at: number): string {
  const text = hex(at * 2_246_822_519 + 1, 32);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** So many hexadecimal digits that look random and are the same every time. */
function hex(seed: number, length: number): string {
  let state = seed % 4_294_967_296;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e_37_79_b9) >>> 0;
    text += state.toString(16).padStart(8, '0');
  }
  return text.slice(0, length);
}
