import { describe, events, kubectl, logs, lookFor, who, type StepRule, type Subject } from './subject.ts';

/** Words of imageCause and what each asks for. */
const imageTexts: Readonly<Record<string, string>> = {
  NotFound: 'The registry has no such image or tag: correct the image in the manifest, or push it.',
  Unauthorized: 'The registry refuses: check the pull secret of the pod or of its ServiceAccount.',
  RateLimited: 'The registry limits pulls: wait, sign in with a pull secret, or use a mirror.',
  WrongPlatform: "The image is not built for the node's platform: build it for that, or select other nodes.",
  CertificateRefused:
    "The node does not trust the registry's certificate: install its CA on the nodes, or correct the host.",
  RegistryUnreachable: "The node cannot reach the registry: check the image's host, DNS and network of the node.",
  DiskFull: "The node's disk is full: free space or use another node.",
};

const image: StepRule = (subject) => ({
  text:
    imageTexts[subject.detail ?? ''] ??
    `Check the image of ${who(subject)}: its name, its tag, the registry and the pull secret.`,
  command: describe(subject),
});

const config: StepRule = (subject) => {
  const { detail = '', namespace } = subject;
  const named = /^(Key of )?(Secret|ConfigMap) (.+)$/.exec(detail);
  if (named !== null) {
    const [, key, kind = '', name = ''] = named;
    return {
      text:
        key === undefined
          ? `Create ${kind} ${name} in namespace ${namespace}, or correct its name in the manifest of ${who(subject)}.`
          : `${kind} ${name} lacks a key that ${who(subject)} asks for: add it, or correct the manifest.`,
      command:
        key === undefined
          ? lookFor(kind, name, namespace)
          : kubectl('describe % % -n %', [kind.toLowerCase(), name, namespace]),
    };
  }
  if (detail === 'RunAsRoot') {
    return {
      text: `${capital(who(subject))} would run as root and runAsNonRoot forbids it: set runAsUser to another user than 0, or build the image with a USER.`,
      command: kubectl("get pod % -n % -o jsonpath='{.spec.securityContext} {.spec.containers[*].securityContext}'", [
        subject.name,
        namespace,
      ]),
    };
  }
  return { text: `See which setting of ${who(subject)} the kubelet refuses.`, command: describe(subject) };
};

/** Words of startCause. */
const startTexts: Readonly<Record<string, string>> = {
  CommandNotFound: 'its image does not contain the command: correct command and args, or the image',
  NotExecutable: "its command may not be executed: check the file's mode in the image and the user it runs as",
  WrongPlatform: "its image is built for another platform than the node's",
};

const start: StepRule = (subject) => ({
  text: `${capital(who(subject))} cannot be started: ${startTexts[subject.detail ?? ''] ?? 'see what the runtime answers'}.`,
  command: describe(subject),
});

const crash: StepRule = (subject) => ({
  text:
    `Read the last log lines of ${who(subject)}.` +
    (subject.detail === 'liveness'
      ? ' It has a liveness probe: events "Unhealthy" would tell that the probe ended it.'
      : ''),
  command: logs(subject),
});

const outOfMemory: StepRule = (subject) => ({
  text: `Raise the memory limit of ${who(subject)}${
    subject.detail === undefined ? '' : ` (now ${subject.detail})`
  }, or find out what uses the memory.`,
  command: describe(subject),
});

const unschedulable: StepRule = (subject) => {
  const { detail = '' } = subject;
  const common = { command: describe(subject) };
  if (/volume|PersistentVolumeClaim/.test(detail)) {
    return {
      text: `The scheduler misses ${detail}: see why the pod's PersistentVolumeClaims are not bound.`,
      command: kubectl('get pvc -n %', [subject.namespace]),
    };
  }
  if (/\benough\b/.test(detail)) {
    return { ...common, text: `The scheduler misses ${detail}: ask for less, or add nodes.` };
  }
  if (detail !== '') {
    return { ...common, text: `The scheduler misses ${detail}: change what the pod asks for, or the nodes.` };
  }
  return { ...common, text: 'See what the scheduler misses: resources, labels, tolerations or volumes.' };
};

const volume: StepRule = (subject) => ({
  text:
    subject.detail === undefined
      ? 'See in the events what the node waits for: a volume, the network or the runtime.'
      : `Check that ${subject.detail} exist and can be mounted; the events name the one that fails.`,
  command: events(subject),
});

const readiness: StepRule = (subject) => ({
  text: `See what the readiness probe of ${who(subject)} gets for an answer, and whether port and path are right.`,
  command: events(subject),
});

const startup: StepRule = (subject) => ({
  text: `${capital(who(subject))} does not pass its startup probe: see its answer, and whether the time suffices.`,
  command: events(subject),
});

const node: StepRule = () => ({
  text: 'The node does not answer: check it, and delete the pod by force only when the node is surely gone.',
  command: 'kubectl get nodes -o wide',
});

/** Steps for the reasons of pods and containers. */
export const configSteps: Readonly<Record<string, StepRule>> = {
  ImagePullBackOff: image,
  ErrImagePull: image,
  RegistryUnavailable: image,
  ImageInspectError: image,
  ErrImageNeverPull: (subject) => ({
    text: `The image of ${who(subject)} is not on the node, and imagePullPolicy Never forbids to fetch it: change the policy, or load the image onto the nodes.`,
    command: describe(subject),
  }),
  InvalidImageName: (subject) => ({
    text: `Correct the image name of ${who(subject)}: repository names are lower case, host/path:tag.`,
    command: kubectl("get pod % -n % -o jsonpath='{.spec.containers[*].image}'", [subject.name, subject.namespace]),
  }),
  CreateContainerConfigError: config,
  CreateContainerError: config,
  RunContainerError: start,
  StartError: start,
  ContainerCannotRun: start,
  CrashLoop: crash,
  CrashLoopBackOff: crash,
  ContainerFailed: crash,
  InitContainerFailed: crash,
  PodFailed: crash,
  Restarting: crash,
  OOMKilled: outOfMemory,
  Unschedulable: unschedulable,
  SchedulingGated: (subject) => ({
    text: 'A scheduling gate holds the pod back: the controller that set it must remove it.',
    command: kubectl("get pod % -n % -o jsonpath='{.spec.schedulingGates}'", [subject.name, subject.namespace]),
  }),
  VolumeNotReady: volume,
  ContainersNotCreated: volume,
  VolumePending: (subject) => ({
    text: `See why ${subject.detail ?? 'its PersistentVolumeClaim'} is not bound.`,
    command: kubectl('get pvc -n %', [subject.namespace]),
  }),
  ReadinessProbeFailed: readiness,
  StartupProbeFailed: startup,
  NotReady: (subject) => ({
    text: `See why ${who(subject)} is not ready: its log, and readiness gates of the pod.`,
    command: describe(subject),
  }),
  NodeLost: node,
  NodeNotReady: node,
  NodeAffinity: node,
  Evicted: (subject) => ({
    text: 'The node ran out of memory, disk or processes and ended the pod: set requests that match its use, and see what fills the node.',
    command: describe(subject),
  }),
  Preempting: preempted(),
  Preempted: preempted(),
  DeadlineExceeded: (subject) => ({
    text: 'It ran longer than activeDeadlineSeconds: see what takes so long, or allow more.',
    command: subject.kind === 'Pod' ? logs(subject) : describe(subject),
  }),
  UnexpectedAdmissionError: describing(
    'The kubelet could not admit the pod, often for want of a device: see its message.',
  ),
  OutOfcpu: describing(
    'The node had less cpu left than the pod asks for: its owner replaces it; check who else schedules pods.',
  ),
  OutOfmemory: describing('The node had less memory left than the pod asks for: its owner replaces it.'),
  OutOfpods: describing('The node has no place for another pod: its owner replaces it.'),
  NodeShutdown: node,
  Terminated: node,
  TerminationStuck: (subject: Subject) => ({
    text: `${subject.kind} ${subject.name} should be gone: see which finalizer, or which node, holds it.`,
    command: kubectl("get % % -n % -o jsonpath='{.metadata.finalizers} {.spec.nodeName}'", [
      subject.kind.toLowerCase(),
      subject.name,
      subject.namespace,
    ]),
  }),
};

function preempted(): StepRule {
  return describing('A pod of higher priority took its place: add nodes, or raise its priority.');
}

function describing(text: string): StepRule {
  return (subject) => ({ text, command: describe(subject) });
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
