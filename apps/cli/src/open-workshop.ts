/** Everything a swap needs, opened once: bundle, face finder, pipeline, identity network. */
import { openFaceFinder } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { createPipeline, openBundle } from '@mfim/pipeline';
import type { Bundle, Pipeline } from '@mfim/pipeline';
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import { openSface } from './identity/sface.ts';
import type { IdentityNetwork } from './identity/sface.ts';
import { modelFolder } from './model-folder.ts';
import type { ModelChoice } from './model-folder.ts';

/** Opened parts; `close` frees them. */
export interface Workshop {
  readonly folder: string;
  readonly bundle: Bundle;
  readonly finder: FaceFinder;
  readonly pipeline: Pipeline;
  readonly identity: IdentityNetwork;
  close(): Promise<void>;
}

/** @throws InputError or BundleError when the model is absent, damaged or too new. */
export async function openWorkshop(choice: ModelChoice): Promise<Workshop> {
  const folder = modelFolder(choice);
  const runtime = await nodeRuntime();
  const bundle = await openBundle(folderFiles(folder), runtime);
  const finder = await openFaceFinder(runtime, await readFaceNetworks());
  const pipeline = await createPipeline({ bundle, finder });
  const identity = await openSface(runtime);
  return {
    folder,
    bundle,
    finder,
    pipeline,
    identity,
    async close() {
      await Promise.all([bundle.release(), finder.release(), identity.release()]);
    },
  };
}

/** Opens, works, closes; also when the work fails. */
export async function withWorkshop<T>(choice: ModelChoice, work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = await openWorkshop(choice);
  try {
    return await work(workshop);
  } finally {
    await workshop.close();
  }
}
