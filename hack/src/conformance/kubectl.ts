import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../process/managed-process.ts';
import type { Kubectl } from '../control-plane/kubectl.ts';
import { group, widget } from './subjects.ts';
import type { Target } from './target.ts';

/** What the kubectl cases need besides a target. */
export interface KubectlTarget extends Target {
  kubectl: Kubectl;
  /** The program and its kubeconfig, for commands that do not end. */
  command: Command;
  kubeconfig: string;
}

/** What people do with kubectl. */
export function describeKubectl(target: () => KubectlTarget): void {
  let namespace: string;
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const result = await target().kubectl([...args, '-n', namespace], input === undefined ? {} : { input });
    if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  };
  const failure = async (args: readonly string[], input?: string): Promise<string> => {
    const result = await target().kubectl([...args, '-n', namespace], input === undefined ? {} : { input });
    expect(result.code).not.toBe(0);
    return result.stderr;
  };
  const manifest = (name: string, spec?: Record<string, unknown>, metadata?: object): string =>
    JSON.stringify(widget(name, spec, metadata));
  const serverSide = ['apply', '--server-side', '-f', '-'];

  describe('kubectl', () => {
    beforeAll(async () => {
      namespace = await target().namespace();
    });

    it('applies server-side, again without change, and with change', async () => {
      expect(await run(serverSide, manifest('applied'))).toBe(`widget.${group}/applied serverside-applied\n`);
      expect(await run(serverSide, manifest('applied'))).toContain('serverside-applied');
      await run(serverSide, manifest('applied', { color: 'blue' }));
      expect(await run(['get', 'widget', 'applied', '-o', 'jsonpath={.spec.color} {.metadata.generation}'])).toBe(
        'blue 2',
      );
    });

    it('applies client-side, too', async () => {
      expect(await run(['apply', '-f', '-'], manifest('client'))).toBe(`widget.${group}/client created\n`);
      expect(await run(['apply', '-f', '-'], manifest('client'))).toBe(`widget.${group}/client unchanged\n`);
      expect(await run(['apply', '-f', '-'], manifest('client', { color: 'blue' }))).toBe(
        `widget.${group}/client configured\n`,
      );
    });

    it('refuses unknown fields by default', async () => {
      expect(await failure(serverSide, manifest('strict', { color: 'red', colour: 'x' }))).toContain('colour');
      expect(await failure(['create', '-f', '-'], manifest('strict', { color: 'red', colour: 'x' }))).toContain(
        'strict decoding error: unknown field "spec.colour"',
      );
    });

    it('says what is invalid', async () => {
      expect(await failure(['create', '-f', '-'], manifest('invalid', { color: 'RED' }))).toContain(
        `The Widget "invalid" is invalid: spec.color: Invalid value: "RED": spec.color in body should match '^[a-z]+$'`,
      );
    });

    it('gets a table with the columns of the definition', async () => {
      await run(serverSide, manifest('tabled', { color: 'green' }));
      const [head, ...rows] = (await run(['get', 'wdg', 'tabled'])).trim().split('\n');
      expect(head?.split(/\s+/)).toEqual(['NAME', 'COLOR', 'READY', 'AGE']);
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatch(/^tabled\s+green\s+\d+s$/);
      const [wide] = (await run(['get', 'wdg', 'tabled', '-o', 'wide'])).split('\n');
      expect(wide?.trim().split(/\s+/)).toEqual(['NAME', 'COLOR', 'READY', 'SIZE', 'AGE']);
    });

    it('gets by short name, by category, by selector, and by full name', async () => {
      await run(serverSide, manifest('selected', { color: 'pink' }, { labels: { find: 'me' } }));
      const name = `widget.${group}/selected\n`;
      expect(await run(['get', 'wdg', '-l', 'find=me', '-o', 'name'])).toBe(name);
      expect(await run(['get', 'conformance', '--field-selector', 'spec.color=pink', '-o', 'name'])).toBe(name);
      expect(await run(['get', `widgets.${group}`, 'selected', '-o', 'name'])).toBe(name);
      expect(await run(['get', 'wdg', '--chunk-size=1', '-o', 'name'])).toContain(name);
    });

    it('says that nothing is there', async () => {
      expect(await failure(['get', 'wdg', 'absent'])).toBe(
        `Error from server (NotFound): widgets.${group} "absent" not found\n`,
      );
      expect(await failure(['get', 'gizmos'])).toContain('doesn\'t have a resource type "gizmos"');
    });

    it('describes', async () => {
      await run(serverSide, manifest('described', { color: 'green' }));
      const text = await run(['describe', 'wdg', 'described']);
      expect(text).toMatch(/^Name:\s+described$/m);
      expect(text).toMatch(/^Kind:\s+Widget$/m);
      expect(text).toMatch(/^\s+Color:\s+green$/m);
      expect(text).toMatch(/^Events:\s+<none>$/m);
    });

    it('patches, labels and annotates', async () => {
      await run(serverSide, manifest('touched'));
      await run(['patch', 'wdg', 'touched', '--type=merge', '-p', '{"spec":{"size":7}}']);
      await run(['patch', 'wdg', 'touched', '--type=json', '-p', '[{"op":"add","path":"/spec/amount","value":1}]']);
      await run(['patch', 'wdg', 'touched', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Up"}}']);
      await run(['label', 'wdg', 'touched', 'a=b']);
      await run(['annotate', 'wdg', 'touched', 'c=d']);
      const path = '{.spec.size} {.spec.amount} {.status.phase} {.metadata.labels.a} {.metadata.annotations.c}';
      expect(await run(['get', 'wdg', 'touched', '-o', `jsonpath=${path}`])).toBe('7 1 Up b d');
    });

    it('waits for a condition', async () => {
      await run(serverSide, manifest('awaited'));
      const waiting = run(['wait', 'wdg/awaited', '--for=condition=Ready', '--timeout=20s']);
      const status = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
      await run(['patch', 'wdg', 'awaited', '--subresource=status', '--type=merge', '-p', JSON.stringify(status)]);
      expect(await waiting).toBe(`widget.${group}/awaited condition met\n`);
    });

    it('watches', async () => {
      const { command, kubeconfig } = target();
      await run(serverSide, manifest('watched', { color: 'red' }, { labels: { watch: 'yes' } }));
      const [program, ...first] = command;
      const args = [...first, '--kubeconfig', kubeconfig, '-n', namespace, 'get', 'wdg', '-l', 'watch=yes', '--watch'];
      const child = spawn(program, args, { env: { ...process.env, KUBERC: 'off' } });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<string> => {
        const line = await lines.next();
        return line.done === true ? '' : line.value;
      };
      expect(await next()).toMatch(/^NAME\s+COLOR\s+READY\s+AGE$/);
      expect(await next()).toMatch(/^watched\s+red\s/);
      await run(serverSide, manifest('watched', { color: 'blue' }, { labels: { watch: 'yes' } }));
      expect(await next()).toMatch(/^watched\s+blue\s/);
      child.kill();
    });

    it('deletes, and waits until it is gone', async () => {
      await run(serverSide, manifest('deleted', { color: 'red' }, { labels: { gone: 'soon' } }));
      await run(serverSide, manifest('deleted-too', { color: 'red' }, { labels: { gone: 'soon' } }));
      expect(await run(['delete', 'wdg', 'deleted'])).toContain(`widget.${group} "deleted" deleted`);
      expect(await run(['delete', 'wdg', '-l', 'gone=soon'])).toContain('"deleted-too" deleted');
      expect(await run(['get', 'wdg', '-l', 'gone=soon', '-o', 'name'])).toBe('');
    });

    it('diffs server-side', async () => {
      await run(serverSide, manifest('differing'));
      const { code, stdout } = await target().kubectl(['diff', '--server-side', '-n', namespace, '-f', '-'], {
        input: manifest('differing', { color: 'blue' }),
      });
      expect(code).toBe(1);
      expect(stdout).toContain('+  color: blue');
    });

    it('lists what is served', async () => {
      const resources = await run(['api-resources', '--api-group', group, '--no-headers']);
      expect(
        resources
          .trim()
          .split('\n')
          .map((line) => line.split(/\s+/)),
      ).toEqual([
        ['gadgets', `${group}/v1`, 'false', 'Gadget'],
        ['widgets', 'wdg', `${group}/v1`, 'true', 'Widget'],
      ]);
      expect(await run(['version', '-o', 'json'])).toContain('"serverVersion"');
    });
  });
}
