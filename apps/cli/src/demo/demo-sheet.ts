/** The demo's contact sheet. */
import { contactSheet } from '../contact-sheet/contact-sheet.ts';
import type { SheetRow } from '../contact-sheet/contact-sheet.ts';
import { resultNotes } from '../contact-sheet/result-notes.ts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { DemoResult } from './run-demo.ts';

function rowOf({ kind, name, sources, target, image, crop, identity, times }: DemoResult): SheetRow {
  // A mix has one source more, so the sheet's rows are equally long.
  const drawn = kind === 'swap' ? [{ image: crop, label: `drawn ${crop.width}x${crop.height}` }] : [];
  return {
    cells: [
      ...sources.map(({ photo, number }) => ({ image: photo, label: `source ${number}` })),
      { image: target.photo, label: `target ${target.number}` },
      ...drawn,
      { image, label: kind === 'swap' ? name : `${name} ${kind}` },
    ],
    notes: resultNotes(identity, times),
  };
}

/** What the sheet says at the top. */
export interface DemoSheetHead {
  readonly model: string;
  readonly resolution: number;
}

/** Draws the sheet. */
export function demoSheet(results: readonly DemoResult[], { model, resolution }: DemoSheetHead): ByteImage {
  const swaps = results.filter(({ kind }) => kind === 'swap');
  const mixes = results.filter(({ kind }) => kind !== 'swap');
  return contactSheet({
    title: 'MFIM: identity swaps and mixes',
    subtitle: `model ${model}, ${resolution} pixels; none of these people exist; cosines by SFace`,
    sections: [
      { heading: 'Swaps: identity of the source, everything else of the target', rows: swaps.map(rowOf) },
      { heading: 'Mixes: identities of two sources', rows: mixes.map(rowOf) },
    ],
  });
}
