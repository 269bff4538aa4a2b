import { describe, expect, it, onTestFinished } from 'vitest';
import { deployment, listOf } from '../manifests.ts';
import { linkedTo, useHealthRig } from './rig.ts';

// A run counts as missed after seconds: the controller-manager of the tests is not that late.
const rig = useHealthRig({ flags: ['--grace-periods', 'missedRun=10'] });

/** The pod template of a run on the nodes that kwok plays. */
function template(name: string, behaviour?: string): { spec: object; metadata: object } {
  const made = deployment({ namespace: rig.namespace, name, ...(behaviour !== undefined && { behaviour }) });
  const { spec, metadata } = (made as { spec: { template: { spec: object; metadata: object } } }).spec.template;
  return { metadata, spec: { ...spec, restartPolicy: 'Never' } };
}

function job(name: string, options: { behaviour?: string; suspend?: boolean } = {}): object {
  const { behaviour, suspend = false } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: rig.namespace, labels: linkedTo(name) },
    spec: { backoffLimit: 0, suspend, template: template(name, behaviour) },
  };
}

function cronJob(name: string, options: { schedule: string; behaviour?: string; suspend?: boolean }): object {
  const { schedule, behaviour, suspend = false } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: rig.namespace, labels: linkedTo(name) },
    spec: { schedule, suspend, jobTemplate: { spec: { backoffLimit: 0, template: template(name, behaviour) } } },
  };
}

/** Never while a test runs. */
const rarely = '0 0 29 2 *';

async function runNow(cron: string, name: string): Promise<void> {
  const made = await rig.cluster.kubectl(['create', 'job', name, `--from=cronjob/${cron}`, '-n', rig.namespace]);
  expect([made.code, made.stderr]).toEqual([0, '']);
}

describe.concurrent('a Job', () => {
  it('that failed is Degraded with its pod, and Healthy when it is created anew and completes', async () => {
    await rig.component('import');
    await rig.cluster.apply(listOf(job('import', { behaviour: 'job-fails' })));
    await rig.health('import', { verdict: 'Progressing', reason: /./ });
    const health = await rig.health('import', {
      verdict: 'Degraded',
      reason: 'BackoffLimitExceeded',
      evidence: ['Job', 'Pod:main'],
      message: /exit code 3/,
    });
    await rig.runNextStep(health);
    await rig.cluster.kubectl(['delete', 'job', 'import', '-n', rig.namespace, '--wait']);
    await rig.cluster.apply(listOf(job('import')));
    await rig.health('import', { verdict: 'Healthy', reason: 'Complete', timeoutMs: 90_000 });
  });

  it('suspended is Suspended; resumed by the proposed command it is Progressing, which Argo CD misses, until it is done', async () => {
    await rig.component('migrate');
    await rig.cluster.apply(listOf(job('migrate', { suspend: true })));
    const health = await rig.health('migrate', { verdict: 'Suspended', reason: 'Suspended' });
    await rig.runNextStep(health);
    await rig.health('migrate', { verdict: 'Progressing', reason: 'Running' });
    await rig.health('migrate', { verdict: 'Healthy', reason: 'Complete', timeoutMs: 90_000 });
  });
});

describe.concurrent('a CronJob', () => {
  it('whose last run failed is Degraded with the Job and its pod, and Healthy after a run that did not', async () => {
    await rig.component('report');
    await rig.cluster.apply(listOf(cronJob('report', { schedule: rarely, behaviour: 'job-fails' })));
    await rig.health('report', { verdict: 'Unknown', reason: 'NoRunYet' });
    await runNow('report', 'report-1');
    const health = await rig.health('report', {
      verdict: 'Degraded',
      reason: 'LastRunFailed',
      evidence: ['CronJob', 'Job', 'Pod:main'],
      timeoutMs: 90_000,
    });
    expect(await rig.runNextStep(health)).toContain('report-1');
    await rig.cluster.apply(listOf(cronJob('report', { schedule: rarely })));
    await runNow('report', 'report-2');
    await rig.health('report', { verdict: 'Healthy', reason: 'LastRunSucceeded', timeoutMs: 90_000 });
  });

  it('suspended is Suspended, and the proposed command lets it run', async () => {
    await rig.component('paused-report');
    await rig.cluster.apply(listOf(cronJob('paused-report', { schedule: rarely, suspend: true })));
    const health = await rig.health('paused-report', { verdict: 'Suspended', reason: 'Suspended' });
    await rig.runNextStep(health);
    await rig.health('paused-report', { verdict: 'Unknown', reason: 'NoRunYet' });
  });

  it('whose Jobs an admission policy refuses has missed its run, and recovers when the policy goes', async () => {
    const policies = '/apis/admissionregistration.k8s.io/v1';
    const name = `no-missed-jobs-${rig.namespace}`;
    const remove = async (): Promise<void> => {
      await rig.cluster.request('DELETE', `${policies}/validatingadmissionpolicybindings/${name}`);
      await rig.cluster.request('DELETE', `${policies}/validatingadmissionpolicies/${name}`);
    };
    onTestFinished(remove);
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const resourceRules = [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] }];
    await rig.cluster.apply(
      listOf(
        {
          apiVersion,
          kind: 'ValidatingAdmissionPolicy',
          metadata: { name },
          spec: {
            matchConstraints: { resourceRules },
            validations: [{ expression: "!object.metadata.name.startsWith('missed-')", message: 'not today' }],
          },
        },
        {
          apiVersion,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata: { name },
          spec: {
            policyName: name,
            validationActions: ['Deny'],
            matchResources: {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': rig.namespace } },
            },
          },
        },
      ),
    );
    await rig.cluster.eventually('the policy is in force', async () => {
      const made = await rig.cluster.kubectl(['create', 'job', 'missed-try', '--image=x', '-n', rig.namespace]);
      if (made.code === 0) await rig.cluster.kubectl(['delete', 'job', 'missed-try', '-n', rig.namespace]);
      return made.code === 0 ? undefined : true;
    });
    await rig.component('missed');
    await rig.cluster.apply(listOf(cronJob('missed', { schedule: '* * * * *' })));
    const health = await rig.health('missed', {
      verdict: 'Degraded',
      reason: 'MissedSchedule',
      evidence: ['CronJob'],
      timeoutMs: 110_000,
    });
    expect(await rig.runNextStep(health)).toContain('* * * * *');
    await remove();
    await rig.health('missed', { verdict: 'Healthy', reason: /^(Running|LastRunSucceeded)$/, timeoutMs: 110_000 });
  }, 240_000);
});
