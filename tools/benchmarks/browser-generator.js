#!/usr/bin/env node
/**
 * A bundle's generator in Chromium, drawn on request: the other side of figure (f) of `mfim bench`.
 *
 *     node tools/benchmarks/browser-generator.js --bundle FOLDER --chromium PATH [--threads N]
 *
 * Speaks JSON lines (README.md). The stages run as in the playground: ONNX Runtime's wasm in a worker of a page that
 * may share memory between threads.
 */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { halveProducts } from '@mfim/tfjs-onnx/channel-blocks';

/** The browser's driver and ONNX Runtime for browsers are the playground's. */
const playground = createRequire(fileURLToPath(new URL('../../apps/playground/package.json', import.meta.url)));
const RUNTIME = dirname(playground.resolve('onnxruntime-web/wasm'));
const MOST_THREADS = 4;
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const TYPES = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const PAGE = `<!doctype html><title>generator</title><script type="module">
const worker = new Worker('/worker.js', { type: 'module' });
window.ask = (request) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data) : reject(new Error(data.error)));
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(request);
});
</script>`;

const WORKER = `import * as ort from '/runtime/ort.wasm.min.mjs';
let stages = [];
const feed = ({ name, axes }, previous) => {
  if (previous[name] !== undefined) return previous[name];
  const shape = axes.map((axis) => (typeof axis === 'number' ? axis : 1));
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  return new ort.Tensor('float32', name === 'codes' ? data.fill(1) : data, shape);
};
async function open(threads) {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = '/runtime/';
  ort.env.logLevel = 'error';
  const manifest = await (await fetch('/bundle/manifest.json')).json();
  for (const { file, inputs } of manifest.stages) {
    const model = new Uint8Array(await (await fetch('/bundle/' + file)).arrayBuffer());
    stages.push({ inputs, session: await ort.InferenceSession.create(model, { executionProviders: ['wasm'] }) });
  }
  return { isolated: crossOriginIsolated, threads };
}
async function draw() {
  let milliseconds = 0;
  let previous = {};
  for (const { inputs, session } of stages) {
    const feeds = Object.fromEntries(inputs.map((port) => [port.name, feed(port, previous)]));
    const started = performance.now();
    const outputs = await session.run(feeds);
    milliseconds += performance.now() - started;
    previous = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => ['previous_' + name, tensor]));
  }
  return { milliseconds };
}
onmessage = async ({ data: { threads } }) => {
  try {
    postMessage(threads === undefined ? await draw() : await open(threads));
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
};`;

/** @returns {string | undefined} the file behind an address */
function fileFor(address, bundle) {
  const [, folder, name = ''] = address.split('/');
  if (!PLAIN_NAME.test(name)) return undefined;
  const path = { bundle: join(bundle, name), runtime: join(RUNTIME, name) }[folder];
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Serves page, worker, bundle and runtime on this machine alone. */
function serve(bundle) {
  const texts = { '/': ['html', PAGE], '/worker.js': ['js', WORKER] };
  const server = createServer((request, response) => {
    const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cache-control': 'no-store' };
    const [ending, text] = texts[request.url] ?? [request.url.split('.').at(-1)];
    const headers = { ...isolation, 'content-type': TYPES[ending] ?? 'application/octet-stream' };
    if (text !== undefined) return response.writeHead(200, headers).end(text);
    const path = fileFor(request.url, bundle);
    if (path === undefined) return response.writeHead(404, isolation).end();
    // As the playground's runtime does before it opens a network.
    if (ending === 'onnx') return response.writeHead(200, headers).end(halveProducts(readFileSync(path)));
    return createReadStream(path).pipe(response.writeHead(200, headers));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const ask = (page, request) => page.evaluate((given) => globalThis.ask(given), request);

async function converse(page) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'quit') return;
    const answer = line === 'run' ? ask(page, {}) : Promise.resolve({ error: `browser-generator: expected run or quit, got '${line}'; send a known command` });
    say(await answer.catch((error) => ({ error: error.message })));
  }
}

async function main() {
  const { values } = parseArgs({ options: { bundle: { type: 'string' }, chromium: { type: 'string' }, threads: { type: 'string' } } });
  const threads = Number(values.threads ?? Math.min(MOST_THREADS, cpus().length));
  const { chromium } = playground('playwright-core');
  const server = await serve(values.bundle);
  const browser = await chromium.launch({ executablePath: values.chromium, args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const opened = await ask(page, { threads });
    say({ hello: 'browser-generator', browser: `Chromium ${browser.version()}`, provider: 'wasm', ...opened });
    await converse(page);
  } finally {
    await browser.close();
    server.close();
  }
}

await main().catch((error) => say({ error: error.message }));
