/** Plain words for reason codes of Kubernetes and of the operator. Codes without an entry speak for themselves. */
const words: Readonly<Record<string, string>> = {
  CrashLoopBackOff: 'The container starts, exits and is restarted with growing pauses. Its last log lines say why.',
  ImagePullBackOff: 'The image cannot be pulled. Check its name and tag, and the pull secret.',
  ErrImagePull: 'The image cannot be pulled. Check its name and tag, and the pull secret.',
  InvalidImageName: 'The image name is not valid.',
  CreateContainerConfigError: 'A ConfigMap or Secret that the container needs is missing.',
  CreateContainerError: 'The container runtime could not create the container.',
  RunContainerError: 'The container runtime could not start the container.',
  OOMKilled: 'The container used more memory than its limit and was stopped.',
  Error: 'The container exited with an error.',
  Unschedulable: 'No node has room for the pod, or none matches its constraints.',
  ProgressDeadlineExceeded: 'The rollout did not finish within its deadline. The previous version may still serve.',
  ReplicaFailure: 'Kubernetes could not create the pods, often because of a quota or an admission policy.',
  MinimumReplicasUnavailable: 'Fewer replicas are available than required.',
  Partial: 'Some replicas are missing.',
  Unavailable: 'No replica is available.',
  RollingOut: 'A new version is rolling out.',
  ReplicasUpdating: 'A new version is rolling out.',
  ScaledToZero: 'It is scaled to zero on purpose: nothing runs.',
  Paused: 'The rollout is paused.',
  Suspended: 'It is suspended on purpose.',
  Terminating: 'It is being deleted.',
  ReadinessProbeFailed: 'The container runs but does not answer its readiness probe.',
  NotReady: 'The container runs but is not ready to serve.',
  JobFailed: 'The last job failed.',
  Forbidden: 'Portolan may not read the objects this depends on, so nothing is claimed.',
  Stale: 'The connection to the cluster is lost, so what was known may no longer be true.',
  NoRule: 'Portolan has no rule for this kind of object, so nothing is claimed.',
  NotSynced: 'The objects this depends on are still being loaded.',
  NotInstalled: 'The kind this depends on is not installed in the cluster.',
  NoWorkloads: 'There were workloads before and now there is none.',
};

export function reasonWords(reason: string): string | undefined {
  return Object.hasOwn(words, reason) ? words[reason] : undefined;
}
