/**
 * A run as one HTML file that asks nobody for anything: pictures, curves, script and style are in it, and its
 * own policy forbids every request.
 */
import { createHash } from 'node:crypto';
import { replaceFile } from '../files/replace-file.ts';
import { escapeHtml, scriptJson } from './html.ts';
import { pageAssets } from './page-assets.ts';
import { pageCurves } from './page-curves.ts';
import { alarmSection, curveSection, provenanceSection, snapshotSection, summarySection } from './page-sections.ts';
import { pageSnapshots } from './page-snapshots.ts';
import { sheetOf } from '../watch/snapshot-sheet.ts';
import { PAGE_DATA_ID } from './page/page-data.ts';
import type { PageData } from './page/page-data.ts';
import type { RunReading } from './read-run.ts';
import type { RunSummary } from './run-summary.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The whole page. */
export async function statusPage(run: RunReading, summary: RunSummary): Promise<string> {
  const { script, style } = await pageAssets();
  const snapshots = await pageSnapshots(run.snapshots);
  const curves = pageCurves(run.records, run.readings);
  const sheet = sheetOf(run.config);
  const data: PageData = { curves, snapshots: snapshots.pictures, description: sheet.description };
  const policy = `default-src 'none'; img-src data:; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;
  const title = escapeHtml(summary.name ?? summary.folder);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}, step ${summary.step}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="muted">As of ${new Date().toISOString()}. Written by <code>mfim-train status --html</code>; write it again for newer numbers.</p>
<section aria-label="Summary">${summarySection(summary)}</section>
<section aria-labelledby="alarms"><h2 id="alarms">Alarms</h2>${alarmSection(run.alarms, summary.standingAlarms)}</section>
<section aria-labelledby="snapshots"><h2 id="snapshots">Snapshots</h2>${snapshotSection(snapshots, sheet)}</section>
<section aria-labelledby="curves"><h2 id="curves">Curves</h2>${curveSection(curves, run.records.length, sheet)}</section>
<section aria-labelledby="provenance"><h2 id="provenance">How it was made</h2>${provenanceSection(run)}</section>
</main>
<script type="application/json" id="${PAGE_DATA_ID}">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Writes the page. @throws InputError when the file cannot be written */
export async function writeStatusPage(file: string, run: RunReading, summary: RunSummary): Promise<void> {
  await replaceFile(file, await statusPage(run, summary), 'name another file: --html FILE');
}
