#!/usr/bin/env node
/**
 * The root scripts: `node tools/bootstrap/run.js <task> [arguments]`. Plain Node without
 * dependencies, as it runs before anything is installed. Each task installs and builds first
 * (seconds when nothing changed), says what it does line by line, then does its job.
 */
import { runBench, runDemo, runFuzz, runPlayground } from './applications.js';
import { runChecks } from './checks.js';
import { ensureBuilt, ensureInstalled } from './prepare.js';
import { say, warn } from './shell.js';
import { totalsLine } from './totals.js';
import { runTests } from './tests.js';

const OLDEST_NODE = [20, 19];

const TASKS = {
  demo: { job: runDemo, needs: 'command lines' },
  test: { job: runTests, needs: 'everything' },
  check: { job: runChecks, needs: 'everything' },
  bench: { job: runBench, needs: 'command lines' },
  playground: { job: runPlayground, needs: 'everything' },
  fuzz: { job: runFuzz, needs: 'sources' },
};

function nodeIsTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}

async function main([task, ...rest]) {
  if (!Object.hasOwn(TASKS, task ?? '')) {
    warn(`node tools/bootstrap/run.js: expected a task, got ${task ?? 'none'}; use one of ${Object.keys(TASKS).join(', ')}`);
    return 2;
  }
  if (nodeIsTooOld()) {
    warn(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}; install a newer Node.`);
    return 1;
  }
  const { job, needs } = TASKS[task];
  const prepared = ensureInstalled() && (needs === 'sources' || ensureBuilt(needs));
  if (!prepared) {
    if (task === 'test') say(totalsLine([{ passed: 0, failed: 1, skipped: 0 }]));
    return 1;
  }
  return job(rest);
}

process.exitCode = await main(process.argv.slice(2));
