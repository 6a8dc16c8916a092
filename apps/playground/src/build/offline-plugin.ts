/**
 * Tells the service worker what belongs to this build: a hash over every file, and the list of the
 * small ones that it fetches at once. The large ones (networks, wasm) it keeps when they are used.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import type { OfflineBuild } from '../offline/offline-build.ts';

/** File name of the service worker; it must lie beside the page, as that is its scope. */
export const WORKER_FILE = 'service-worker.js';

const LARGE = /^(models|faces|runtime)\//;
const HASH_LENGTH = 16;

interface OutputFile {
  readonly type: 'asset' | 'chunk';
  readonly code?: string;
  readonly source?: string | Uint8Array;
}

function describeBuild(files: Readonly<Record<string, OutputFile>>): OfflineBuild {
  const hash = createHash('sha256');
  const names = Object.keys(files).toSorted();
  for (const name of names) hash.update(name).update(files[name]?.code ?? files[name]?.source ?? '');
  const shell = names.filter((name) => name !== WORKER_FILE && name !== 'index.html' && !LARGE.test(name));
  return { hash: hash.digest('hex').slice(0, HASH_LENGTH), shell: ['./', ...shell] };
}

/** The plugin. */
export function offlinePlugin(): Plugin {
  return {
    name: 'mfim-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[WORKER_FILE];
        if (worker?.type !== 'chunk') throw new Error(`playground build: expected ${WORKER_FILE} among the outputs, got none`);
        worker.code = `self.MFIM_BUILD = ${JSON.stringify(describeBuild(bundle))};\n${worker.code}`;
      },
    },
  };
}
