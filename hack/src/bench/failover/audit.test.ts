import { describe, expect, it } from 'vitest';
import { judgeTakeover, parseAuditLine, type AuditedWrite } from './audit.ts';

let second = 0;
function line(options: {
  by: string;
  object: string;
  version: number;
  before?: number;
  code?: number;
  holder?: string;
}): string {
  const [resource, ...rest] = options.object.split('/');
  second += 1;
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  return JSON.stringify({
    user: { extra: { 'authentication.kubernetes.io/credential-id': [options.by] } },
    objectRef: { resource, namespace: rest.length > 1 ? rest[0] : 'portolan-system', name: rest.at(-1) },
    responseStatus: { code: options.code ?? 200 },
    requestObject: { metadata: { resourceVersion: String(options.before ?? options.version - 1) } },
    responseObject: {
      metadata: { resourceVersion: String(options.version) },
      spec: options.holder === undefined ? {} : { holderIdentity: options.holder },
    },
    requestReceivedTimestamp: at,
    stageTimestamp: at,
  });
}

const parse = (lines: string[]): AuditedWrite[] =>
  lines.map(parseAuditLine).filter((each): each is AuditedWrite => each !== undefined);

describe('the audit of a takeover', () => {
  it('tells writes that overwrite the successor from others that came late, and counts refused ones', () => {
    const writes = parse([
      line({ by: 'a', object: 'groups/ns/one', version: 10 }),
      line({ by: 'a', object: 'groups/ns/one', version: 11, code: 409 }),
      line({ by: 'b', object: 'leases/portolan', version: 20, holder: 'host-b' }),
      line({ by: 'a', object: 'groups/ns/two', version: 21 }),
      line({ by: 'b', object: 'groups/ns/one', version: 22 }),
      line({ by: 'a', object: 'groups/ns/one', version: 24, code: 409 }),
      line({ by: 'a', object: 'groups/ns/one', version: 23 }),
    ]);
    const takeover = judgeTakeover({ writes, from: 'a', to: 'b', since: 5 });
    expect(takeover?.late.map((each) => each.version)).toEqual([21, 23]);
    expect(takeover?.overwrote.map((each) => each.version)).toEqual([23]);
    expect(takeover?.refused).toHaveLength(1);
    expect((takeover?.firstWriteAtMs ?? 0) - (takeover?.claimedAtMs ?? 0)).toBe(2_000);
  });

  it('leaves out what changes nothing', () => {
    expect(parseAuditLine(line({ by: 'a', object: 'groups/ns/one', version: 11, before: 11 }))).toBeUndefined();
  });

  it('waits for the first write of the successor, and takes a release for no claim', () => {
    const released = line({ by: 'b', object: 'leases/portolan', version: 20, holder: '' });
    const claimed = line({ by: 'b', object: 'leases/portolan', version: 30, holder: 'host-b' });
    for (const text of [released, claimed]) {
      expect(judgeTakeover({ writes: parse([text]), from: 'a', to: 'b', since: 0 })).toBeUndefined();
    }
  });
});
