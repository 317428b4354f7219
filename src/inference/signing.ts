import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../core/errors.js';

/** Where a version's signature is, beside its `version.json`: base64 of 64 bytes. */
export const SIGNATURE_FILE = 'version.json.sig';

/** Keys of those who may publish versions. */
export type PublicKeys = readonly KeyObject[];

/** What is signed: which version of which model, and its `version.json`, which has the hash of every file. */
const statement = (model: string, version: number, card: string): Buffer =>
  Buffer.from(`scoregraph version\n${model}\n${version}\n${createHash('sha256').update(card).digest('hex')}\n`);

/**
 * Reads public keys (PEM, one or more after each other: while a key is being replaced, both).
 * @throws Error that names the file and says what was expected.
 */
export function readPublicKeys(file: string): PublicKeys {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file}: expected a file with public keys: ${messageOf(error)}`);
  }
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error(`${file}: expected an Ed25519 public key in PEM (BEGIN PUBLIC KEY)`);
  return blocks.map((block) => {
    let key: KeyObject;
    try {
      key = createPublicKey(block);
    } catch (error) {
      throw new Error(`${file}: expected an Ed25519 public key in PEM: ${messageOf(error)}`);
    }
    if (key.asymmetricKeyType !== 'ed25519')
      throw new Error(`${file}: expected an Ed25519 public key, got ${key.asymmetricKeyType}`);
    return key;
  });
}

/**
 * Signs a version. `privateKey`: PEM, PKCS #8.
 * @returns what belongs into SIGNATURE_FILE
 * @throws Error when the key is not an Ed25519 private key.
 */
export function signCard(
  { model, version, card }: { model: string; version: number; card: string },
  privateKey: string,
): string {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`expected an Ed25519 private key, got ${key.asymmetricKeyType}`);
  return `${sign(null, statement(model, version, card), key).toString('base64')}\n`;
}

interface SignedCard {
  readonly model: string;
  readonly version: number;
  readonly card: string;
  readonly signature: string;
}

/** The key that a version was signed with; null when it is none of these. */
export function signerOf({ model, version, card, signature }: SignedCard, keys: PublicKeys): KeyObject | null {
  const bytes = Buffer.from(signature.trim(), 'base64');
  return keys.find((key) => verify(null, statement(model, version, card), key, bytes)) ?? null;
}

/** @throws Error when a version is not signed, or by nobody whose key is known. */
export function verifyCard(
  { signature, ...signed }: Omit<SignedCard, 'signature'> & { readonly signature: string | null },
  keys: PublicKeys,
): void {
  const { model, version } = signed;
  if (signature === null)
    throw new Error(`${SIGNATURE_FILE}: expected a signature (unsigned versions are refused here)`);
  const bytes = Buffer.from(signature.trim(), 'base64');
  if (bytes.length !== 64) throw new Error(`${SIGNATURE_FILE}: expected 64 bytes in base64, got ${bytes.length}`);
  if (signerOf({ ...signed, signature }, keys) === null)
    throw new Error(
      `${SIGNATURE_FILE}: expected a signature by a known key over this version.json of ${model} ${version}`,
    );
}
