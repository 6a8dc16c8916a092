/** The first pairs of an evaluation as a contact sheet. */
import { contactSheet } from '../contact-sheet/contact-sheet.ts';
import { resultNotes } from '../contact-sheet/result-notes.ts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { PairResult } from './evaluate-pairs.ts';

const ROWS = 12;

/** Model and size of the evaluation. */
export interface EvaluationSheetHead {
  readonly name: string;
  readonly resolution: number;
  readonly pairs: number;
}

/** Draws source, target and swap of up to 12 pairs. */
export function evaluationSheet(results: readonly PairResult[], { name, resolution, pairs }: EvaluationSheetHead): ByteImage {
  const rows = results.slice(0, ROWS).map(({ source, target, image, identity }) => ({
    cells: [
      { image: source.face.photo, label: source.name },
      { image: target.face.photo, label: target.name },
      { image, label: 'swap' },
    ],
    notes: resultNotes(identity),
  }));
  return contactSheet({
    title: 'MFIM: evaluation',
    subtitle: `model ${name}, ${resolution} pixels; first ${rows.length} of ${pairs} pairs`,
    sections: [{ heading: 'Source, target, swap', rows }],
  });
}
