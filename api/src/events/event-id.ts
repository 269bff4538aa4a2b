import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM as NIST SP 800-38D sizes it. */
const nonceBytes = 12;
const tagBytes = 16;
const revisionBytes = 8;

/** Makes and reads the ids of events. */
export interface EventIds {
  /** An id for this revision of the catalog that only this caller can use. */
  seal(revision: number, caller: string): string;
  /** The revision; `undefined` for what this process did not seal for this caller. */
  open(id: string, caller: string): number | undefined;
}

/**
 * Ids that say nothing to who holds them: a plain revision would tell how much changes that the caller may not see.
 * The key lives as long as the process, so an id of another replica or of before a restart does not open, which is
 * right: only this process knows what it has told.
 */
export function createEventIds(): EventIds {
  const key = randomBytes(32);
  return {
    seal: (revision, caller) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(caller));
      const plain = Buffer.alloc(revisionBytes);
      plain.writeBigUInt64BE(BigInt(revision));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open: (id, caller) => {
      const sealed = Buffer.from(id, 'base64url');
      if (sealed.length !== nonceBytes + revisionBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(caller)).setAuthTag(sealed.subarray(-tagBytes));
      try {
        const plain = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
        return Number(plain.readBigUInt64BE());
      } catch {
        return undefined;
      }
    },
  };
}
