/**
 * Keeps the playground on the machine: every file of the build comes from the cache first, so that
 * after one visit it works without a network. Answers carry the isolation headers, so that wasm
 * threads work on hosts that cannot send any. One cache for each build; older ones are removed.
 */
import { PAGE_HEADERS } from '../page-security.ts';
import type { WorkerScope } from './worker-scope.ts';

const scope = self as unknown as WorkerScope;
const PREFIX = 'mfim-playground-';
const CACHE = PREFIX + scope.MFIM_BUILD.hash;

/** The address under which a request is kept: without query, and one for the page by any name. */
function keyOf(request: Request): string {
  const address = new URL(request.url);
  const page = request.mode === 'navigate' || address.pathname.endsWith('/index.html');
  return page ? new URL('./', scope.registration.scope).href : address.origin + address.pathname;
}

function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const key = keyOf(request);
  const kept = await cache.match(key, { ignoreVary: true });
  if (kept !== undefined) return withHeaders(kept);
  const response = await fetch(request);
  if (response.status === 200) await cache.put(key, response.clone());
  return response.type === 'basic' ? withHeaders(response) : response;
}

async function fetchShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  const addresses = scope.MFIM_BUILD.shell.map((path) => new URL(path, scope.registration.scope).href);
  await cache.addAll(addresses.map((address) => new Request(address, { cache: 'no-cache' })));
}

async function removeOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

scope.addEventListener('install', (event) => event.waitUntil(fetchShell()));
scope.addEventListener('activate', (event) => event.waitUntil(removeOlder().then(() => scope.clients.claim())));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const inScope = request.url.startsWith(scope.registration.scope);
  if (request.method === 'GET' && inScope) event.respondWith(answer(request));
});
