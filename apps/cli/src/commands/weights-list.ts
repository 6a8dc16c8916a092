/** What `mfim weights list` does. */
import { describeLicence, findWeights } from '@mfim/weights';
import { print } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { describeSize, describeSum, listRows } from '../weights/list-rows.ts';
import type { WeightsRow } from '../weights/list-rows.ts';
import { openShelf } from '../weights/open-shelf.ts';
import type { WeightsListFlags } from './weights-command.ts';

function describe({ known, ...row }: WeightsRow): readonly string[] {
  const whole = known === undefined ? row : { ...row, known };
  const facts = known === undefined ? [] : [`for:     ${known.purpose}`, `file:    ${known.file}`, ...describeLicence(known), ...(known.urls ?? []).map((url) => `address: ${url}`), ...(known.byHand === undefined ? [] : [`by hand: ${known.byHand}`])];
  const versions = row.versions.map(({ sha256, bytes, obtained, from }) => `version: ${sha256}, ${bytes} bytes, ${obtained}, from ${from}`);
  return [`${row.name} (${row.kind ?? 'of unknown kind'}): ${row.state}`, ...facts, `size:    ${describeSize(whole)}`, `sha256:  ${describeSum(whole)}`, ...versions];
}

function table(rows: readonly WeightsRow[]): readonly string[] {
  const cells = rows.map((row) => [row.name, row.state, describeSize(row), row.purpose ?? `${row.kind ?? 'weights'} of your own`]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) => line.slice(0, widths.length).map((cell, column) => cell.padEnd(widths[column] ?? 0)).concat(line.at(-1) ?? '').join('  '));
}

/** Prints all, or everything about one. @throws InputError for an unknown name */
export async function listWeights(context: MfimContext, flags: WeightsListFlags, name?: string): Promise<void> {
  const shelf = await openShelf(context, flags.manifest);
  const all = await listRows(shelf);
  const rows = name === undefined ? all : all.filter((row) => row.name === name);
  if (rows.length === 0 && name !== undefined) findWeights(shelf.entries, name);
  if (flags.json) print(context, JSON.stringify({ cache: shelf.store.folder, weights: rows }, undefined, 2));
  else for (const line of name === undefined ? table(rows) : rows.flatMap(describe)) print(context, line);
}
