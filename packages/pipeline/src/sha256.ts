/** SHA-256 by WebCrypto, which Node and browsers share. */
import { InputError } from '@mfim/tensor-contracts';

/**
 * @returns 64 lower-case hexadecimal digits.
 * @throws InputError in a page that was not opened over https or from localhost: browsers withhold
 *   WebCrypto there.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new InputError({
      where: 'sha256',
      expected: 'WebCrypto',
      got: 'a page without it',
      remedy: 'open the page over https or from localhost',
    });
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
