/** A bundle on a web server: `<base>/manifest.json` and its neighbours. */
import { BundleError } from '@mfim/tensor-contracts';
import { missingFile } from '../bundle-files.ts';
import type { BundleFiles } from '../bundle-files.ts';

/** How files are fetched. */
export interface FetchFilesOptions {
  /** Default: the global `fetch`. Pass one that reads a cache first, for instance. */
  readonly fetch?: (address: URL, init: RequestInit) => Promise<Response>;
}

function unreachable(address: URL, got: string, cause?: unknown): BundleError {
  return new BundleError({
    where: `bundle file ${address.pathname}`,
    expected: `an answer from ${address.origin}`,
    got,
    remedy: 'check the connection and the address, then load again',
    ...(cause === undefined ? {} : { cause }),
  });
}

const NOT_FOUND = new Set([404, 410]);

function baseAddress(base: string | URL): URL {
  const address = new URL(base, globalThis.location?.href);
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address;
}

/** @param base the folder's address; in a page it may be relative to the page */
export function fetchFiles(base: string | URL, options: FetchFilesOptions = {}): BundleFiles {
  const folder = baseAddress(base);
  const get = options.fetch ?? ((address, init) => fetch(address, init));
  const fetchOne = async (address: URL, signal: AbortSignal | undefined): Promise<Response> => {
    try {
      return await get(address, signal === undefined ? {} : { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw unreachable(address, cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  return {
    name: folder.href,
    async read(file, { signal } = {}) {
      const address = new URL(encodeURIComponent(file), folder);
      const response = await fetchOne(address, signal);
      if (NOT_FOUND.has(response.status)) throw missingFile(file, folder.href);
      if (!response.ok) throw unreachable(address, `status ${response.status}`);
      try {
        return new Uint8Array(await response.arrayBuffer());
      } catch (cause) {
        signal?.throwIfAborted();
        throw unreachable(address, 'a connection that broke off', cause);
      }
    },
  };
}
