/** Training of the open face regressor as a stage of the run loop: what it starts from, steps through, saves and shows. */
import { headMirror } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { countMemory } from '@mfim/tfjs-onnx';
import { emptied } from '../memory/count-step.ts';
import { initialisePart } from '../model/initialise-weights.ts';
import type { Stage, StageSnapshot } from '../run/stage.ts';
import { DEGREES } from './evaluate-regressor.ts';
import { facePlans, loadFaces } from './face-batch.ts';
import type { FaceBatch, FacePlan } from './face-batch.ts';
import type { LabelledFaces } from './labelled-faces.ts';
import { landmarkSheet } from './landmark-sheet.ts';
import { measureRegressor, meanOf } from './measure-regressor.ts';
import type { RegressionConfig } from './regression-config.ts';
import { createRegressionModel } from './regression-model.ts';
import { packRegression, startRegression, unpackRegression } from './regression-state.ts';
import type { RegressionState } from './regression-state.ts';
import { regressionStep } from './regression-step.ts';
import type { RegressionContext } from './regression-step.ts';

/** The stage `regress`. */
export type RegressionStage = Stage<RegressionState, FacePlan, FaceBatch>;

/** Faces that were held out with their landmarks; the fewer those are off, the better the checkpoint. Without any, faces of training and no score. */
async function snapshot({ config, model }: RegressionContext, { training, heldOut }: LabelledFaces, state: RegressionState): Promise<StageSnapshot> {
  const { rows, columns, measured } = config.snapshot;
  const faces = (heldOut.length === 0 ? training : heldOut).slice(0, Math.max(measured, rows * columns));
  const { errors, marked } = await measureRegressor({ model, flat: state.average, batch: config.batch }, faces);
  const png = await landmarkSheet(marked.slice(0, rows * columns), model.size.input, columns);
  const measures = {
    landmarksPercent: 100 * meanOf(errors.landmarks),
    pointsMillimetres: meanOf(errors.points),
    rotationDegrees: DEGREES * meanOf(errors.rotation),
    expression: meanOf(errors.expression),
    confidence: meanOf(errors.confidence),
  };
  return heldOut.length === 0 ? { png, measures } : { png, measures, score: -measures.landmarksPercent };
}

/**
 * Opens the stage.
 *
 * @param head of which the labels are; @throws InputError when it has fewer modes or points than the config asks for
 */
export function regressionStage(config: RegressionConfig, faces: LabelledFaces, head: HeadModel): RegressionStage {
  const { model, flat } = createRegressionModel(config, head);
  const context = { config, model };
  const { layout } = model.network;
  const { augmentation, initialise } = config;
  const form = { input: model.size.input, augmentation, ...(augmentation.mirrored > 0 ? { mirror: headMirror(head) } : {}) };
  return {
    kind: 'regress',
    pace: config,
    config,
    parameterCounts: { regressor: layout.total },
    start: async () => startRegression(initialise === undefined ? flat : await initialisePart(layout, flat, { part: '', file: initialise })),
    restore(stored) {
      flat.dispose();
      return unpackRegression(layout, stored);
    },
    pack: (state) => packRegression(layout, state),
    plans: (from) => facePlans(config.batch, faces.training.length, from ?? config.seed),
    load: (plan) => loadFaces(plan.faces.map((index) => faces.training[index]!), plan.seed, form),
    step: (state, batch) => regressionStep(context, state, batch),
    memory: (state, batch) => countMemory(() => void regressionStep(context, emptied(state), batch)),
    snapshot: (state) => snapshot(context, faces, state),
  };
}
