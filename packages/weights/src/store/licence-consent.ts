/** Which licences were accepted: by the text of the terms, so that changed terms are asked for again. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { WeightsEntry } from '../weights-entry.ts';
import type { WeightStore } from './weight-store.ts';
import { readRecord, writeRecord } from './write-record.ts';

const consentSchema = z.object({ terms: z.string(), accepted: z.string() });

const consentPath = ({ folder }: WeightStore, { name }: WeightsEntry): string => join(folder, 'licences', `${name}.json`);
const termsSum = ({ licence }: WeightsEntry): string => createHash('sha256').update(JSON.stringify(licence)).digest('hex');

/** Whether exactly these terms were accepted before. */
export async function isLicenceAccepted(store: WeightStore, entry: WeightsEntry): Promise<boolean> {
  return (await readRecord(consentPath(store, entry), consentSchema))?.terms === termsSum(entry);
}

/** Notes that the user accepts. */
export async function acceptLicence(store: WeightStore, entry: WeightsEntry): Promise<void> {
  await writeRecord(consentPath(store, entry), { terms: termsSum(entry), accepted: new Date().toISOString() });
}
