import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, usage } from './config.ts';

describe('parseConfig', () => {
  it('fills every setting with its default', () => {
    const config = parseConfig(['all'], {});
    expect(config).toMatchObject({
      role: 'all',
      host: '127.0.0.1',
      port: 7007,
      'probe-port': 7008,
      'log-level': 'info',
    });
    expect(config.kubeconfig).toBeUndefined();
    expect(config['insecure-anonymous']).toBe(false);
    expect(config).toMatchObject({
      'leader-elect': true,
      'lease-name': 'portolan',
      'lease-duration': 15,
      'lease-renew-deadline': 10,
      'lease-retry-period': 2,
    });
  });

  it('takes what is true by default away with =false, as Kubernetes does', () => {
    expect(parseConfig(['all', '--leader-elect=false'], {})['leader-elect']).toBe(false);
    expect(parseConfig(['all', '--leader-elect=true'], { PORTOLAN_LEADER_ELECT: 'false' })['leader-elect']).toBe(true);
    expect(parseConfig(['all'], { PORTOLAN_LEADER_ELECT: 'false' })['leader-elect']).toBe(false);
  });

  it('takes variables, and lets a flag win over them', () => {
    const env = { PORTOLAN_PORT: '8000', PORTOLAN_LOG_LEVEL: 'debug', PORTOLAN_ROLE: 'server' };
    expect(parseConfig([], env)).toMatchObject({ role: 'server', port: 8000, 'log-level': 'debug' });
    expect(parseConfig(['operator', '--port', '9000'], env)).toMatchObject({ role: 'operator', port: 9000 });
  });

  it('splits namespaces at commas', () => {
    expect(parseConfig(['all', '--watch-namespaces', 'a, b'], {})['watch-namespaces']).toEqual(['a', 'b']);
  });

  it('reads grace periods in seconds, and leaves the others as they are', () => {
    const config = parseConfig(['operator', '--grace-periods', 'answering=30, notReady=600'], {});
    expect(config['grace-periods']).toEqual({ answering: 30_000, notReady: 600_000 });
    expect(parseConfig(['operator'], {})['grace-periods']).toEqual({});
    expect(usage()).toContain('answering=300');
  });

  it.each([
    ['answering', /--grace-periods: must be name=seconds, the name one of unschedulable, creating/],
    ['patience=3', /--grace-periods: must be one of unschedulable.*got "patience=3"/],
    ['answering=0', /--grace-periods: must be a number of seconds above 0/],
  ])('refuses the grace period %s', (given, message) => {
    expect(() => parseConfig(['operator', '--grace-periods', given], {})).toThrow(message);
  });

  it('reads kinds of workload as kubectl names resources, with their kind', () => {
    const kinds = 'Rollout=rollouts.v1alpha1.argoproj.io, ReplicationController=replicationcontrollers.v1';
    expect(parseConfig(['operator', '--workload-kinds', kinds], {})['workload-kinds']).toEqual([
      { kind: 'Rollout', plural: 'rollouts', version: 'v1alpha1', group: 'argoproj.io' },
      { kind: 'ReplicationController', plural: 'replicationcontrollers', version: 'v1', group: '' },
    ]);
    expect(parseConfig(['operator'], {})['workload-kinds']).toEqual([]);
  });

  it.each([
    ['rollouts.argoproj.io', /--workload-kinds: must be Kind=plural\.version\.group, as in Rollout=rollouts/],
    ['rollout=rollouts.v1alpha1.argoproj.io', /must be Kind=plural/],
    ['Rollout=rollouts.argoproj.io', /must be Kind=plural.*kubectl api-resources/],
    ['Deployment=deployments.v1.apps', /must not name Deployment, which is watched already/],
    ['Rollout=rollouts.v1.argoproj.io,Rollout=rollouts.v1alpha1.argoproj.io', /each kind once, in one version/],
  ])('refuses to watch %s and says how it may be written', (given, message) => {
    expect(() => parseConfig(['operator', '--workload-kinds', given], {})).toThrow(ConfigError);
    expect(() => parseConfig(['operator', '--workload-kinds', given], {})).toThrow(message);
  });

  it.each([
    [['serve'], {}, /role must be one of operator, server, all, not "serve"/],
    [[], {}, /role must be one of operator, server, all/],
    [['all', 'server'], {}, /role must be one of/],
    [
      ['all', '--log-level', 'loud'],
      {},
      /--log-level: must be one of trace, debug, info, warn, error, fatal \(got "loud"\)/,
    ],
    [['all'], { PORTOLAN_LOG_LEVEL: 'loud' }, /PORTOLAN_LOG_LEVEL: must be one of trace/],
    [['all', '--port', 'http'], {}, /--port: must be a number/],
    [['all', '--port', '70000'], {}, /--port: .*65535/],
    [['all', '--watch-namespaces', 'Team_A'], {}, /--watch-namespaces: must be a namespace name/],
    [['all', '--prot', '1'], {}, /--prot.*the flags are --kubeconfig/],
    [['all'], { PORTOLAN_PROT: '1' }, /PORTOLAN_PROT is not a setting/],
    [['all', '--host', '0.0.0.0'], {}, /--host: must be a loopback address.*--insecure-anonymous/],
    [['all', '--leader-elect=maybe'], {}, /--leader-elect/],
    [['all', '--lease-duration', '1.5'], {}, /--lease-duration: must be whole seconds/],
    [['all', '--lease-retry-period', '0'], {}, /--lease-retry-period: must be a number of seconds above 0/],
    [['all', '--lease-duration', '10'], {}, /--lease-renew-deadline: must be shorter than --lease-duration/],
    [['all', '--lease-retry-period', '9'], {}, /--lease-renew-deadline: .*1\.2 × --lease-retry-period/],
    [['all'], { PORTOLAN_INSECURE_ANONYMOUS: 'maybe' }, /PORTOLAN_INSECURE_ANONYMOUS: must be true or false/],
  ])('refuses %j with %j by naming the setting and what it may be', (args, env, message) => {
    expect(() => parseConfig(args, env)).toThrow(ConfigError);
    expect(() => parseConfig(args, env)).toThrow(message);
  });

  it('lets the API leave loopback only when told that nobody signs in', () => {
    expect(parseConfig(['all', '--host', '0.0.0.0', '--insecure-anonymous'], {}).host).toBe('0.0.0.0');
  });

  it('names every flag in the usage', () => {
    for (const flag of ['--kubeconfig', '--watch-namespaces', '--insecure-anonymous']) expect(usage()).toContain(flag);
  });
});
