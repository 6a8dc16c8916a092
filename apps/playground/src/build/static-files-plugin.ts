/** Puts the static files beside the built page, and serves them while developing. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { PAGE_HEADERS } from '../page-security.ts';
import { contentType } from '../server/content-type.ts';
import { catalogue, staticFiles } from './static-files.ts';
import type { StaticFile } from './static-files.ts';

const pack = promisify(gzip);

async function contents({ file, gzip: packed }: StaticFile): Promise<Uint8Array> {
  const bytes = await readFile(file);
  return packed === true ? pack(bytes) : bytes;
}

/** The plugin. In development nothing is packed; the engine takes both. */
export function staticFilesPlugin(): Plugin {
  return {
    name: 'mfim-static-files',
    config: (_, { command }) => ({ define: { MFIM_CATALOGUE: JSON.stringify(catalogue(command === 'build')) } }),
    configureServer(server) {
      const files = new Map(staticFiles().map(({ path, file }) => [`/${path}`, file]));
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
        const file = files.get(path);
        if (file === undefined) return next();
        response.setHeaders(new Map([...Object.entries(PAGE_HEADERS), ['Content-Type', contentType(path)]]));
        readFile(file).then((bytes) => response.end(bytes), next);
      });
    },
    async generateBundle() {
      for (const file of staticFiles()) this.emitFile({ type: 'asset', fileName: file.path, source: await contents(file) });
    },
  };
}
