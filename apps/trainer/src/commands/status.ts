/** `mfim-train status RUN [--json] [--html [FILE]]`: reads a run's folder, running or not, and changes nothing in it but the page. */
import path from 'node:path';
import { buildCommand } from '@stricli/core';
import type { CommandContext } from '@stricli/core';
import { readRun } from '../status/read-run.ts';
import { summariseRun } from '../status/run-summary.ts';
import { summaryText } from '../status/summary-rows.ts';
import { writeStatusPage } from '../status/write-status-page.ts';
import { recordLine } from '../watch/metrics-record.ts';

const PAGE_FILE = 'status.html';

interface Flags {
  readonly json: boolean;
  readonly html?: string;
}

async function status(this: CommandContext, { json, html }: Flags, folder: string): Promise<void> {
  const run = await readRun(folder);
  const summary = summariseRun(run, Date.now());
  this.process.stdout.write(`${json ? recordLine(summary) : summaryText(summary).join('\n')}\n`);
  if (html === undefined) return;
  const file = html === '' ? path.join(folder, PAGE_FILE) : html;
  await writeStatusPage(file, run, summary);
  if (!json) this.process.stdout.write(`page: ${file}\n`);
}

/** Says how a run is doing. */
export const statusCommand = buildCommand({
  func: status,
  parameters: {
    flags: {
      json: { kind: 'boolean', default: false, brief: 'Write one JSON object' },
      html: { kind: 'parsed', parse: String, optional: true, inferEmpty: true, placeholder: 'file', brief: 'Write one offline HTML page; without a name, status.html in the run' },
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of the run', placeholder: 'run' }] },
  },
  docs: { brief: 'Say how a run is doing' },
});
