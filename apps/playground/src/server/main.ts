/** `npm run playground [-- --port 4173]`: serves the built playground on this machine and prints its address. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listenFrom } from './listen.ts';
import { staticServer } from './static-server.ts';

const FOLDER = fileURLToPath(new URL('../../dist', import.meta.url));
const PORT = 4173;
const EXIT_INPUT = 2;

function fail(message: string): never {
  process.stderr.write(`playground: ${message}\n`);
  process.exit(EXIT_INPUT);
}

function wantedPort(): number {
  let text: string;
  try {
    text = parseArgs({ options: { port: { type: 'string', default: String(PORT) } } }).values.port;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}; use --port NUMBER`);
  }
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : fail(`expected a port from 1 to 65535, got ${text}; use --port ${PORT}`);
}

const port = wantedPort();
if (!existsSync(join(FOLDER, 'index.html'))) fail(`expected a build in ${FOLDER}, got none; run npm run playground from the repository's root`);
const address = `http://localhost:${await listenFrom(staticServer(FOLDER), port)}/`;
process.stdout.write(`The playground runs at ${address} (stop with Ctrl-C).\n`);
