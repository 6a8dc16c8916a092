/**
 * `fetch` that goes nowhere unencrypted: every address, those of redirects included, must be https; plain http is allowed to this
 * machine itself (127.0.0.1, ::1, localhost) and never as the target of a redirect from elsewhere, or everywhere by the caller's word.
 */
import { downloadError } from './download-error.ts';
import { Interruption } from './interruption.ts';

/** The limit that browsers keep. */
const REDIRECTS = 20;
const STATUS_REDIRECT: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** What of a request the caller decides. */
export interface SecureRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly allowUnencrypted: boolean;
}

const isOwnHost = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && OWN_HOSTS.has(hostname);

/** @throws InputError when the address is no address, or not one that a download may come from. */
export function checkAddress(url: string, allowUnencrypted: boolean): URL {
  if (!URL.canParse(url)) throw downloadError(url, { expected: 'an address', got: `'${url}'`, remedy: 'correct the address in the manifest' });
  const address = new URL(url);
  if (address.protocol === 'https:' || isOwnHost(address) || (allowUnencrypted && address.protocol === 'http:')) return address;
  throw downloadError(url, { expected: 'an https address', got: address.protocol.replace(':', ''), remedy: 'name an https address, or fetch the file another way and pass it with --from FILE' });
}

function redirectTarget(from: URL, location: string | null, allowUnencrypted: boolean): URL {
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isAllowed = target?.protocol === 'https:' || (target?.protocol === 'http:' && (allowUnencrypted || (isOwnHost(target) && isOwnHost(from))));
  if (target !== undefined && isAllowed) return target;
  throw downloadError(from.href, {
    expected: 'a redirect to an https address',
    got: target === undefined ? 'one that names no address' : `one to ${target.protocol}//${target.host}`,
    remedy: 'do not trust this address; fetch the file another way and pass it with --from FILE',
  });
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? cause.cause : undefined;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code;
  return [cause.message, inner?.message, code].filter((part) => part !== undefined && part !== '').join(': ');
}

/**
 * @returns the answer, of any status but a redirect's
 * @throws InputError for an address or a redirect that is not allowed
 * @throws Interruption when nothing answered
 */
export async function secureFetch(url: string, { headers, signal, allowUnencrypted }: SecureRequest): Promise<Response> {
  let address = checkAddress(url, allowUnencrypted);
  for (let hops = 0; hops <= REDIRECTS; hops += 1) {
    const response = await fetch(address, { headers, signal, redirect: 'manual' }).catch((cause: unknown) => {
      throw new Interruption(`no answer from ${address.host} (${describe(cause)})`);
    });
    if (!STATUS_REDIRECT.has(response.status)) return response;
    await response.body?.cancel();
    address = redirectTarget(address, response.headers.get('location'), allowUnencrypted);
  }
  throw downloadError(url, { expected: `at most ${REDIRECTS} redirects`, got: 'more' });
}
