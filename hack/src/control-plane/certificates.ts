import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

/** PEM texts of one certificate and its private key. */
export interface CertifiedKey {
  certificate: string;
  key: string;
}

export interface CertificateAuthority {
  /** PEM text of the authority's certificate. */
  readonly certificate: string;
  /** A certificate for a server under these names and IPv4 addresses. */
  issueServer(hosts: readonly string[]): CertifiedKey;
  /** A client certificate; Kubernetes reads `commonName` as user and `organization` as group. */
  issueClient(subject: { commonName: string; organization?: string }): CertifiedKey;
}

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};
const hourMs = 3_600_000;
/** Clocks of two processes on one machine agree, but a container's may lag. */
const backdateMs = hourMs;
const validMs = 365 * 24 * hourMs;

/**
 * A certificate authority that lives as long as one control plane: P-256 keys, valid for a year. Written here because
 * node:crypto reads X.509 but does not write it, and a fresh machine need not have openssl.
 */
export function createCertificateAuthority(options: { name: string; now: Date }): CertificateAuthority {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = nameOf({ commonName: options.name });
  const build = (subject: Buffer, publicKey: KeyObject, extensions: Buffer): string => {
    const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
    const toBeSigned = der.sequence(
      der.tagged(0xa0, der.integer(Buffer.of(2))),
      der.integer(serialNumber()),
      algorithm,
      issuer,
      der.sequence(
        der.utcTime(new Date(options.now.getTime() - backdateMs)),
        der.utcTime(new Date(options.now.getTime() + validMs)),
      ),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      der.tagged(0xa3, extensions),
    );
    const signature = sign('sha256', toBeSigned, authority.privateKey);
    return pem(der.sequence(toBeSigned, algorithm, der.bitString(signature)));
  };
  const issue = (subject: Buffer, extensions: Buffer): CertifiedKey => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { certificate: build(subject, pair.publicKey, extensions), key: keyPem(pair.privateKey) };
  };
  return {
    certificate: build(
      issuer,
      authority.publicKey,
      der.sequence(
        extension(oid.basicConstraints, der.sequence(der.boolean(true)), true),
        // keyCertSign and cRLSign.
        extension(oid.keyUsage, der.bitString(Buffer.of(0b0000_0110), 1), true),
      ),
    ),
    issueServer: (hosts) =>
      issue(
        nameOf({ commonName: hosts[0] ?? 'server' }),
        der.sequence(...leafExtensions(oid.serverAuth), extension(oid.subjectAltName, alternativeNames(hosts))),
      ),
    issueClient: (subject) => issue(nameOf(subject), der.sequence(...leafExtensions(oid.clientAuth))),
  };
}

/** A key pair for signing ServiceAccount tokens, as PEM texts. */
export function createSigningKey(): { privateKey: string; publicKey: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey: keyPem(pair.privateKey),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function leafExtensions(usage: string): Buffer[] {
  return [
    extension(oid.basicConstraints, der.sequence(), true),
    // digitalSignature
    extension(oid.keyUsage, der.bitString(Buffer.of(0b1000_0000), 7), true),
    extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(usage))),
  ];
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(id), ...critical, der.octetString(value));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  return der.sequence(
    ...hosts.map((host) =>
      isIPv4(host)
        ? der.tagged(0x87, Buffer.from(host.split('.').map(Number)))
        : der.tagged(0x82, Buffer.from(host, 'ascii')),
    ),
  );
}

function nameOf(subject: { commonName: string; organization?: string }): Buffer {
  const attribute = (id: string, value: string): Buffer =>
    der.set(der.sequence(der.objectIdentifier(id), der.utf8String(value)));
  const organization = subject.organization === undefined ? [] : [attribute(oid.organization, subject.organization)];
  return der.sequence(...organization, attribute(oid.commonName, subject.commonName));
}

/** 16 random bytes whose first is neither zero nor negative, so that DER needs no padding. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
