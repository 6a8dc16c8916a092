/** Writes `report.json` and `report.html` of a preparation beside the datasets. */
import path from 'node:path';
import { resample } from '@mfim/faces';
import { encodePhoto } from '@mfim/faces/node';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { replaceFile } from '../files/replace-file.ts';
import { datasetHash } from './dataset-hash.ts';
import { openDataset } from './open-dataset.ts';
import type { Dataset } from './open-dataset.ts';
import { THUMBNAIL_SIDE } from './face-admission.ts';
import type { PreparationResult } from './prepare-dataset.ts';
import { reportOf } from './preparation-report.ts';
import { reportPage } from './report-page.ts';
import type { ReportPictures } from './report-page.ts';
import type { SizedFolder } from './sized-outputs.ts';

/** Where the report goes and what it is about. */
export interface WriteReportOptions {
  readonly folder: string;
  readonly outputs: readonly SizedFolder[];
  readonly duplicatesKept: boolean;
}

const SAMPLE = 60;

/**
 * @returns the path of the HTML page; undefined when there are no images to report on
 * @throws InputError when an output is no dataset
 */
export async function writeReport(result: PreparationResult, { folder, outputs, duplicatesKept }: WriteReportOptions): Promise<string | undefined> {
  if (result.count === 0) return undefined;
  const hashed = [];
  for (const output of outputs) hashed.push({ ...output, hash: await datasetHash(output.folder) });
  const largest = outputs.toSorted((left, right) => right.size - left.size)[0] as SizedFolder;
  const dataset = await openDataset(largest.folder);
  try {
    const report = reportOf(result, { outputs: hashed, records: dataset.index.images, duplicatesKept });
    const page = path.join(folder, 'report.html');
    await replaceFile(path.join(folder, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
    await replaceFile(page, reportPage(report, await picturesOf(result, dataset)));
    return page;
  } finally {
    await dataset.close();
  }
}

async function picturesOf({ duplicates }: PreparationResult, dataset: Dataset): Promise<ReportPictures> {
  const shown = Math.min(SAMPLE, dataset.count);
  const sample = [];
  for (let position = 0; position < shown; position += 1) {
    const number = Math.floor((position * dataset.count) / shown);
    const origin = dataset.index.images[number]?.origin ?? '';
    sample.push({ origin, picture: await pictureAt(dataset, number) });
  }
  const numbers = new Map(dataset.index.images.map(({ origin }, number) => [origin, number]));
  const pairs = new Map<string, readonly [string, string]>();
  for (const { origin, like, thumbnail } of duplicates) {
    const number = numbers.get(like);
    if (thumbnail !== undefined && number !== undefined) pairs.set(origin, [await address(thumbnail), await pictureAt(dataset, number)]);
  }
  return { sample, duplicates: pairs };
}

async function pictureAt(dataset: Dataset, number: number): Promise<string> {
  const { size } = dataset;
  const image = byteImage(await dataset.read([number]), { width: size, height: size, channels: 3 });
  return address(resample(image, { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE }, 'lanczos'));
}

async function address(image: ByteImage): Promise<string> {
  return `data:image/jpeg;base64,${Buffer.from(await encodePhoto(image, 'jpeg')).toString('base64')}`;
}
