/**
 * Install and build, each only where something changed. The install is stamped with a hash of the
 * lockfile, the manifests and the Node version; the build's own cache (turbo) decides what to redo.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT, run, say, warn } from './shell.js';

/** npx takes pnpm from npm's own cache; corepack is not needed. */
const PNPM = ['-y', 'pnpm@10.34.9'];
const STAMP = join(CACHE, 'install-stamp');
const QUIET = { npm_config_loglevel: 'error', npm_config_update_notifier: 'false', TURBO_TELEMETRY_DISABLED: '1' };

/** Runs pnpm, with the other programs of `node_modules/.bin` on its path. */
export function pnpm(commandArguments, environment = {}) {
  return run('npx', [...PNPM, ...commandArguments], { ...QUIET, ...environment });
}

function manifests() {
  const found = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(ROOT, group)).toSorted()) found.push(join(group, name, 'package.json'));
  }
  return found.filter((path) => existsSync(join(ROOT, path)));
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
  for (const path of manifests()) hash.update(path).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

function isCurrent(wanted) {
  const complete = existsSync(join(ROOT, 'node_modules', '.modules.yaml')) && existsSync(STAMP);
  return complete && readFileSync(STAMP, 'utf8').trim() === wanted;
}

/** Installs the dependencies unless the last install is still right. */
export function ensureInstalled() {
  const wanted = fingerprint();
  if (isCurrent(wanted)) return true;
  say('Installing the dependencies (first time, or the lockfile changed) ...');
  const code = pnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']);
  if (code !== 0) {
    warn('The install failed. Look at the lines above; a network or disk problem is the usual cause. Then run this again.');
    return false;
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(STAMP, `${wanted}\n`);
  return true;
}

/** What the command lines need: without the browser app, whose build takes longest. */
const COMMAND_LINES = ['--filter=@mfim/cli...', '--filter=@mfim/trainer...', '--filter=@mfim/face-networks...'];

/**
 * Traces the face networks and builds the packages; what did not change comes from turbo's cache.
 *
 * @param {'everything' | 'command lines'} extent
 */
export function ensureBuilt(extent) {
  say('Building the packages (minutes the first time; then what did not change comes from the cache) ...');
  const filters = extent === 'everything' ? [] : COMMAND_LINES;
  const code = pnpm(['exec', 'turbo', 'run', 'networks', 'build', '--output-logs=errors-only', ...filters]);
  if (code !== 0) warn('The build failed. Look at the lines above.');
  return code === 0;
}
