/**
 * `mfim-train correspondence DATASET --model DIR --network DIR --out FILE.ts --picture FILE.png`: which vertices of the head model are
 * the points of MediaPipe's face mesh, from a dataset that `synthesise` rendered. Writes packages/face3d/src/fitting/mediapipe-vertices.ts.
 */
import { readFile } from 'node:fs/promises';
import { eulerFromRotation } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import { buildCommand } from '@stricli/core';
import { openDataset } from '../dataset/open-dataset.ts';
import { openEngine } from '../engine/open-engine.ts';
import { replaceFile } from '../files/replace-file.ts';
import { drawCorrespondence } from '../synthesis/draw-correspondence.ts';
import { readLabels } from '../synthesis/face-labels.ts';
import type { FaceLabels } from '../synthesis/face-labels.ts';
import { openFacemesh } from '../synthesis/facemesh-network.ts';
import { meshCorrespondence, pupilVertex } from '../synthesis/mesh-correspondence.ts';
import type { MeshCorrespondence, MeshSighting } from '../synthesis/mesh-correspondence.ts';
import { say } from './say.ts';

interface Flags {
  readonly model: string;
  readonly network: string;
  readonly out: string;
  readonly picture: string;
}

/** Further round the network guesses. */
const MOST_YAW = Math.PI / 4;
const THOUSAND = 1000;
const COLUMNS = 18;

const isFrontal = ({ rotation }: FaceLabels): boolean => Math.abs(eulerFromRotation('hopenet', Float64Array.from(rotation)).yaw) < MOST_YAW;

function rows(values: readonly number[]): string {
  const lines = Array.from({ length: Math.ceil(values.length / COLUMNS) }, (_, row) => `  ${values.slice(row * COLUMNS, (row + 1) * COLUMNS).join(', ')},`);
  return `[\n${lines.join('\n')}\n]`;
}

function sourceText({ vertices, misses }: MeshCorrespondence, pupils: readonly number[], heads: number): string {
  return `/**
 * Which vertices of ICT-FaceKit's head are the 468 points of MediaPipe's face mesh, and how far off the network puts them: computed by
 * \`mfim-train correspondence\` from ${heads} rendered heads. Not to be edited by hand.
 */

/** The vertex of each point, by MediaPipe's index. */
export const MEDIAPIPE_VERTICES: readonly number[] = ${rows([...vertices])};

/** The vertices in the middle of the person's right and left pupil: MediaPipe's points 468 and 473. */
export const PUPIL_VERTICES: readonly [number, number] = [${pupils.join(', ')}];

/** Root mean square miss of each point in thousandths of the mesh's span. */
export const MEDIAPIPE_MISSES: readonly number[] = ${rows([...misses].map((miss) => Math.round(miss * THOUSAND)))};
`;
}

async function correspondence({ model: folder, network: networkFolder, out, picture }: Flags, datasetFolder: string): Promise<void> {
  say((await openEngine('cpu')).description);
  const model = await readIct(folder);
  const dataset = await openDataset(datasetFolder);
  const network = await openFacemesh(networkFolder);
  try {
    const labels = (await readLabels(datasetFolder, dataset.count)).filter(isFrontal);
    const sightings: MeshSighting[] = [];
    for (const label of labels) {
      sightings.push({ labels: label, found: (await network.find(await dataset.read([label.number]), label.landmarks)).points });
      say(`${sightings.length} of ${labels.length}`);
    }
    const result = meshCorrespondence(model, sightings);
    const mean = result.misses.reduce((sum, miss) => sum + miss, 0) / result.misses.length;
    await replaceFile(out, sourceText(result, [pupilVertex(model, 'right'), pupilVertex(model, 'left')], sightings.length));
    const shown = await Promise.all(sightings.slice(0, 3).map(async (sighting) => ({ sighting, pixels: await dataset.read([sighting.labels.number]) })));
    await replaceFile(picture, await drawCorrespondence(model, result, shown));
    say(`${result.vertices.length} points, ${new Set(result.vertices).size} vertices, mean miss ${(mean * 100).toFixed(2)} % of the mesh's span; ${(await readFile(out)).length} bytes in ${out}`);
  } finally {
    network.dispose();
    await dataset.close();
  }
}

const path = (brief: string) => ({ kind: 'parsed', parse: String, brief }) as const;

/** Computes the correspondence. */
export const correspondenceCommand = buildCommand({
  func: correspondence,
  parameters: {
    flags: {
      model: path("Folder with ICT-FaceKit's arrays, as for synthesise"),
      network: path('Folder models of the npm package @vladmandic/human'),
      out: path('TypeScript file to write'),
      picture: path('PNG file to write: to look at'),
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder that synthesise filled', placeholder: 'dataset' }] },
  },
  docs: { brief: "Find MediaPipe's face mesh on the head model" },
});
