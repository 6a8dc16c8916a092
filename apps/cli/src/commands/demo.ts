/** What `mfim demo` does. */
import { join, resolve } from 'node:path';
import { print } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { demoSheet } from '../demo/demo-sheet.ts';
import { runDemoMixes, runDemoSwaps } from '../demo/run-demo.ts';
import type { DemoResult } from '../demo/run-demo.ts';
import { withWorkshop } from '../open-workshop.ts';
import type { Workshop } from '../open-workshop.ts';
import { writeWhole } from '../output-file.ts';
import { writePhoto } from '../photo-file.ts';
import type { DemoFlags } from './demo-command.ts';

const HEADINGS = ['result', 'source', 'target', 'to source', 'before', 'to target', 'encode', 'generate', 'total ms'];
const WIDTH = 11;

function tableLine(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(WIDTH)).join('');
}

function resultLine({ name, sources, target, identity, times }: DemoResult): string {
  return tableLine([
    name,
    sources.map(({ number }) => number).join('+'),
    String(target.number),
    identity.toSource.toFixed(3),
    identity.targetToSource.toFixed(3),
    identity.toTarget.toFixed(3),
    times.encode.toFixed(0),
    times.generate.toFixed(0),
    times.total.toFixed(0),
  ]);
}

function reportOf(results: readonly DemoResult[], workshop: Workshop): string {
  const rows = results.map(({ name, kind, sources, target, identity, times }) => ({
    name,
    kind,
    sources: sources.map(({ number }) => number),
    target: target.number,
    identity,
    times,
  }));
  return `${JSON.stringify({ model: workshop.pipeline.model, results: rows }, undefined, 2)}\n`;
}

async function runAll(context: MfimContext, workshop: Workshop, folder: string): Promise<readonly DemoResult[]> {
  const results: DemoResult[] = [];
  print(context, tableLine(HEADINGS));
  for (const run of [runDemoSwaps, runDemoMixes]) {
    for await (const result of run(workshop)) {
      await writePhoto(join(folder, `${result.name}.png`), result.image);
      print(context, resultLine(result));
      results.push(result);
    }
  }
  return results;
}

/** Writes images, a report and the contact sheet into `--out`. */
export async function demo(context: MfimContext, { out, model }: DemoFlags): Promise<void> {
  const folder = resolve(out);
  await withWorkshop({ model, environment: context.environment }, async (workshop) => {
    const { name, resolution } = workshop.pipeline.model;
    print(context, `Swapping and mixing faces of people who do not exist with ${name} (${resolution} pixels).`);
    print(context, 'Identity cosines by SFace: the result to its source, the target to the source before, the result to the target.');
    const results = await runAll(context, workshop, folder);
    await writeWhole(join(folder, 'report.json'), reportOf(results, workshop));
    const sheet = join(folder, 'contact-sheet.png');
    await writePhoto(sheet, demoSheet(results, { model: name, resolution }));
    print(context, `The images and report.json are in ${folder}`);
    print(context, `Contact sheet: ${sheet}`);
  });
}
