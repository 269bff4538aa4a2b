import { describe, expect, it } from 'vitest';
import { HackError } from '../errors.ts';
import { paths } from '../paths.ts';
import { parseDownArgs, parseUpArgs, upUsage } from './args.ts';

describe('parseUpArgs', () => {
  it('leaves open what was not said', () => {
    expect(parseUpArgs([], '/home/me')).toEqual({
      help: false,
      detach: false,
      port: undefined,
      samples: undefined,
      context: undefined,
      kubeconfig: undefined,
      cluster: 'auto',
      state: paths.upState,
      supervise: false,
    });
  });

  it('takes every flag, and resolves files from where it was called', () => {
    const args = [
      '--detach',
      '--port',
      '8080',
      '--samples',
      '--context',
      'dev',
      '--kubeconfig',
      'my/config',
      '--state=s',
    ];
    expect(parseUpArgs(args, '/home/me')).toMatchObject({
      detach: true,
      port: 8080,
      samples: true,
      context: 'dev',
      kubeconfig: '/home/me/my/config',
      state: '/home/me/s',
    });
    expect(parseUpArgs(['--local'], '/home/me').cluster).toBe('preview');
    expect(parseUpArgs(['--no-samples', '--cluster', 'local'], '/home/me')).toMatchObject({
      samples: false,
      cluster: 'local',
    });
  });

  it.each([
    [['--prot', '1'], /'--prot'.*the flags are --help, --detach, --port/],
    [['now'], /now.*the flags are/],
    [['--port', 'http'], /--port must be a number from 1 to 65535, not "http"/],
    [['--port', '0'], /--port must be/],
    [['--port', '70000'], /--port must be/],
    [['--port', '1e3'], /--port must be/],
    [['--port'], /--port/],
    [['--samples', '--no-samples'], /exclude each other/],
    [['--cluster', 'minikube'], /--cluster must be one of auto, kind, local, preview/],
    [['--local', '--cluster', 'kind'], /--local means --cluster preview/],
    [['--local', '--context', 'dev'], /exclude each other/],
    [['--cluster', 'kind', '--context', 'dev'], /exclude each other/],
    [['--context', ''], /--context needs/],
  ])('refuses %j by naming the flag', (args, message) => {
    expect(() => parseUpArgs(args, '/home/me')).toThrow(message);
    expect(() => parseUpArgs(args, '/home/me')).toThrow(HackError);
  });

  it('hides the flag that is for its own use', () => {
    expect(() => parseUpArgs(['--nope'], '/')).not.toThrow(/supervise/);
    expect(upUsage).not.toContain('supervise');
  });
});

describe('parseDownArgs', () => {
  it('knows the folder only', () => {
    expect(parseDownArgs(['--state', 'x'], '/w')).toEqual({ help: false, state: '/w/x' });
    expect(() => parseDownArgs(['--port', '1'], '/w')).toThrow(/the flags are --help, --state/);
  });
});
