/**
 * Asks the Python package index that pip uses (its configuration, or its built-in default) where a wheel lies, by the index's JSON
 * interface (PEP 691). No host is named here.
 */
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { installError } from './install-error.ts';
import { findPython, runProgram } from './run-program.ts';

/** A wheel as the index lists it. */
export interface ListedWheel {
  readonly file: string;
  readonly url: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

const TIMEOUT_MILLISECONDS = 30_000;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const PAGE = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), size: z.number().optional(), hashes: z.record(z.string(), z.string()) })),
});
const PIP_DEFAULT = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';

async function indexUrl(): Promise<string> {
  const named = process.env['PIP_INDEX_URL'];
  if (named !== undefined && named !== '') return named;
  const program = await findPython();
  const remedy = 'set PIP_INDEX_URL to the Python package index, or pass --from FILE';
  const configured = await runProgram({ program, parameters: ['-m', 'pip', 'config', 'get', 'global.index-url'], remedy }).catch(() => '');
  return configured.trim() === '' ? (await runProgram({ program, parameters: ['-c', PIP_DEFAULT], remedy })).trim() : configured.trim();
}

/**
 * @param distribution - name of the Python package
 * @returns its files
 * @throws InputError when the index cannot be reached or does not speak JSON
 */
export async function listWheels(distribution: string): Promise<readonly ListedWheel[]> {
  const base = new URL(`${(await indexUrl()).replace(/\/$/u, '')}/${distribution}/`);
  const headers: Record<string, string> = { Accept: JSON_TYPE };
  if (base.username !== '') {
    headers['Authorization'] = `Basic ${Buffer.from(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`).toString('base64')}`;
    base.username = '';
    base.password = '';
  }
  try {
    const response = await fetch(base, { headers, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { files } = PAGE.parse(await response.json());
    return files.map(({ filename, url, size, hashes }) => {
      const sha256 = hashes['sha256'];
      return { file: filename, url: new URL(url, base).href, ...(size === undefined ? {} : { bytes: size }), ...(sha256 === undefined ? {} : { sha256 }) };
    });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw installError({
      expected: `the list of ${distribution} from the Python package index, as JSON`,
      got: cause instanceof Error ? `${cause.message} ${String(cause.cause ?? '')}`.trim() : String(cause),
      remedy: `check the network (NODE_EXTRA_CA_CERTS names further certificates), or run: python3 -m pip download --no-deps ${distribution}, and pass the file with --from FILE`,
      cause,
    });
  }
}
