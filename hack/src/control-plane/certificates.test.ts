import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from './certificates.ts';
import * as der from './der.ts';

const now = new Date('2026-03-04T05:06:07Z');
const authority = createCertificateAuthority({ name: 'portolan-test', now });
const root = new X509Certificate(authority.certificate);

describe('a certificate authority', () => {
  it('signs itself as an authority', () => {
    expect(root.ca).toBe(true);
    expect(root.subject).toBe('CN=portolan-test');
    expect(root.verify(root.publicKey)).toBe(true);
  });

  it('issues server certificates that hold for every given name and address, and no other', () => {
    const server = new X509Certificate(authority.issueServer(['localhost', '127.0.0.1', '10.0.0.1']).certificate);
    expect(server.verify(root.publicKey)).toBe(true);
    expect(server.checkIssued(root)).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(server.checkIP('10.0.0.2')).toBeUndefined();
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('issues client certificates with user and group', () => {
    const client = new X509Certificate(
      authority.issueClient({ commonName: 'admin', organization: 'system:masters' }).certificate,
    );
    expect(client.subject.split('\n')).toEqual(['O=system:masters', 'CN=admin']);
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('is valid from before now for a year', () => {
    expect(root.validFromDate.getTime()).toBeLessThan(now.getTime());
    expect(root.validToDate.toISOString()).toBe('2027-03-04T05:06:07.000Z');
  });
});

describe('DER', () => {
  it('writes lengths that a reader finds again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70_000 }), (length) => {
        const encoded = der.octetString(Buffer.alloc(length));
        const first = encoded[1] ?? 0;
        const width = first < 0x80 ? 0 : first & 0x7f;
        const read = width === 0 ? first : encoded.readUIntBE(2, width);
        expect(read).toBe(length);
        expect(encoded.length).toBe(2 + width + length);
      }),
      { numRuns: 200 },
    );
  });

  it('writes object identifiers as the standard shows them', () => {
    expect(der.objectIdentifier('1.2.840.113549').toString('hex')).toBe('06062a864886f70d');
  });
});
