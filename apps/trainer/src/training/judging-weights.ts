/** Which regressor says how far faces are apart in shape, pose and expression: the open one wherever it is to be had. */
import path from 'node:path';
import { checkoutFolder } from '../engine/install/engine-home.ts';
import { isPresent } from '../engine/package-part.ts';
import type { TrainingConfig } from '../config/training-config.ts';

const SHIPPED = path.join('models', 'open-face3d');

/** Weights of a config, with the regressor that judges in the place of the one that was trained against. */
type Weights = TrainingConfig['weights'];

/**
 * @param folder that the caller named; else the config's open regressor, else that of the checkout, else what the config names
 */
export async function judgingWeights({ openFace, threeDdfa, ...weights }: Weights, folder: string | undefined): Promise<Weights> {
  const named = folder ?? openFace;
  if (named !== undefined) return { ...weights, openFace: named };
  const checkout = await checkoutFolder();
  const shipped = checkout === undefined ? undefined : path.join(checkout, SHIPPED);
  if (shipped !== undefined && (await isPresent(shipped))) return { ...weights, openFace: shipped };
  return threeDdfa === undefined ? weights : { ...weights, threeDdfa };
}
