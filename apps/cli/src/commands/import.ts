/** What `mfim import` does. */
import { basename } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { fileSha256 } from '@mfim/weights';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import type { ForeignCheckpoint, ImportKind, Imported } from '../import/import-kind.ts';
import { guessKinds, kindNamed } from '../import/import-kinds.ts';
import { ImportKeysError } from '../import/map-tensors.ts';
import { withForeignPair } from '../import/open-foreign.ts';
import type { OutputDifference } from '../import/verify-imported.ts';
import { writeImported } from '../import/write-imported.ts';
import { checkOutputPath } from '../output-file.ts';
import type { ImportFlags } from './import-command.ts';

const PERCENT = 100;
const DIGITS = 2;
/** Levels of a picture for a unit of [-1, 1]. */
const LEVELS = 127.5;

/** All that differs, line by line, and what the file looks like; the error itself has the first few. */
function tellDifferences(context: MfimContext, { tensors, file }: ForeignCheckpoint, error: unknown): void {
  if (error instanceof ImportKeysError) for (const line of error.differences) remark(context, line);
  const [likeliest] = guessKinds(new Map([...tensors].map(([name, { shape }]) => [name, shape])));
  if (error instanceof InputError && likeliest !== undefined) {
    remark(context, `${file} looks like ${likeliest.kind.name} (${Math.round(PERCENT * likeliest.confidence)} %)`);
  }
}

async function importOr(context: MfimContext, kind: ImportKind, checkpoint: ForeignCheckpoint): Promise<Imported> {
  try {
    return await kind.import(checkpoint);
  } catch (error) {
    tellDifferences(context, checkpoint, error);
    throw error;
  }
}

/** Of pictures, [N, 3, H, W] in [-1, 1], also in levels. */
function describeDifference({ name, shape, largest, relative }: OutputDifference): string {
  const picture = shape.length === 4 && shape[1] === 3 ? `, ${(LEVELS * largest).toPrecision(DIGITS)} of 255 levels` : '';
  return `${name} [${shape.join(', ')}]: largest difference ${largest.toExponential(DIGITS)}${picture}, relative ${relative.toExponential(DIGITS)}`;
}

/** Looks at the file before it appears. */
function verification(context: MfimContext, kind: ImportKind, { verify, tolerance }: ImportFlags): ((unfinished: string) => Promise<void>) | undefined {
  if (verify === undefined) return undefined;
  return async (unfinished) => {
    const { verifyImported } = await import('../import/verify-imported.ts');
    const differences = await verifyImported(kind, unfinished, verify);
    for (const difference of differences) print(context, describeDifference(difference));
    const worst = differences.find(({ relative }) => !(relative <= tolerance));
    if (worst === undefined) return;
    const got = `${worst.relative.toExponential(DIGITS)} in ${worst.name}`;
    throw new InputError({ where: `--verify ${verify}`, expected: `a relative difference of at most ${tolerance}`, got, remedy: 'check that the golden file was made with these very weights; nothing was written' });
  };
}

/** @throws InputError when the file is not of this kind, or its network's outputs are not the origin's; then nothing is written. */
export async function importWeights(context: MfimContext, flags: ImportFlags, ...[name, file]: readonly [string, string]): Promise<void> {
  const kind = kindNamed(name);
  checkOutputPath(flags.out, [file, flags.also, flags.verify].filter((path) => path !== undefined));
  await withForeignPair(file, flags.also, async (checkpoint) => {
    const imported = await importOr(context, kind, checkpoint);
    const source = { kind: kind.name, file: basename(file), sha256: await fileSha256(file) };
    for (const line of imported.report) print(context, line);
    await writeImported(flags.out, { ...imported, source }, verification(context, kind, flags));
    print(context, `${imported.tensors.size} tensors in ${flags.out}`);
  });
}
