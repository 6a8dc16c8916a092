/** `mfim-train people --model DIR --embedder FILE --out FILE DATASET...`: what MobileFaceNet knows of heads, learned from fitted datasets. */
import { modeVariances } from '@mfim/losses-3dmm';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError, LEAST_CONFIDENCE } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { openDataset } from '../dataset/open-dataset.ts';
import { ENGINE_FLAG } from './engine-flag.ts';
import type { EngineChoice } from '../engine/engine-names.ts';
import { openEngine } from '../engine/open-engine.ts';
import { openFaceEmbedder } from '../synthesis/face-embedder.ts';
import type { FaceEmbedder } from '../synthesis/face-embedder.ts';
import { readSureFits } from '../synthesis/fit-dataset.ts';
import { writePeople } from '../synthesis/people-file.ts';
import { learnPeople } from '../synthesis/people-prior.ts';
import type { EmbeddedFit } from '../synthesis/people-prior.ts';
import { say } from './say.ts';

interface Flags {
  readonly model: string;
  readonly embedder: string;
  readonly out: string;
  readonly engine: EngineChoice;
}

async function embeddedFits(folder: string, embedder: FaceEmbedder): Promise<readonly EmbeddedFit[]> {
  const dataset = await openDataset(folder);
  try {
    const fits = await readSureFits(folder, LEAST_CONFIDENCE);
    if (fits.some(({ people: prior }) => prior !== undefined)) {
      throw new InputError({ where: folder, expected: 'fits to landmarks alone', got: 'fits with a people prior, which would be learned again', remedy: 'name the dataset that was fitted without --people' });
    }
    const rows: EmbeddedFit[] = [];
    for (const { number, identity } of fits) rows.push({ identity, embedding: await embedder.embed(dataset, number) });
    say(`${rows.length} fitted faces in ${folder}`);
    return rows;
  } finally {
    await dataset.close();
  }
}

async function people({ model: modelFolder, embedder: file, out, engine }: Flags, ...folders: string[]): Promise<void> {
  say((await openEngine(engine)).description);
  const { basis } = await readIct(modelFolder);
  const embedder = await openFaceEmbedder(file);
  const fits: EmbeddedFit[] = [];
  for (const folder of folders) fits.push(...(await embeddedFits(folder, embedder)));
  const { prior, explained, ridge } = learnPeople(fits, modeVariances(basis.identity, basis.mean.length, fits[0]?.identity.length ?? 1));
  await writePeople(out, prior);
  say(`embeddings explain ${(100 * explained).toFixed(0)} % of the form of fits they were not learned from (ridge ${ridge}); ${out}`);
}

/** Learns a prior for `fit --people`. */
export const peopleCommand = buildCommand({
  func: people,
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: String, brief: "Folder with ICT-FaceKit's arrays, as for fit" },
      embedder: { kind: 'parsed', parse: String, brief: "MobileFaceNet's weights" },
      out: { kind: 'parsed', parse: String, brief: 'Safetensors file to write' },
      engine: ENGINE_FLAG,
    },
    positional: { kind: 'array', minimum: 1, parameter: { parse: String, brief: 'Dataset with fits', placeholder: 'dataset' } },
  },
  docs: { brief: 'Learn from fitted faces what a face recognition network knows of heads' },
});
