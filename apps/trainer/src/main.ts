/** `mfim-train`: exit codes 0 done, 2 the input or the call is wrong, 1 our fault, 130 interrupted. */
import { buildApplication, buildRouteMap, run, text_en as defaultText } from '@stricli/core';
import { MfimError, InputError } from '@mfim/tensor-contracts';
import { benchCommand } from './commands/bench.ts';
import { correspondenceCommand } from './commands/correspondence.ts';
import { datasetCommand } from './commands/dataset.ts';
import { doctorCommand } from './commands/doctor.ts';
import { engineCommand } from './commands/engine.ts';
import { evaluateFace3dCommand } from './commands/evaluate-face3d.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportFace3dCommand } from './commands/export-face3d.ts';
import { exportCommand } from './commands/export.ts';
import { fitCommand } from './commands/fit.ts';
import { memoryCommand } from './commands/memory.ts';
import { schemaCommand } from './commands/schema.ts';
import { statusCommand } from './commands/status.ts';
import { synthesiseCommand } from './commands/synthesise.ts';
import { peopleCommand } from './commands/people.ts';
import { pretrainCommand, regressCommand, resumeCommand, trainCommand } from './commands/train.ts';
import { verifyResumeCommand } from './commands/verify-resume.ts';

const EXIT_FAULT = 1;
const EXIT_INPUT = 2;

function exitCodeOf(error: unknown): number {
  return error instanceof InputError ? EXIT_INPUT : EXIT_FAULT;
}

const routes = buildRouteMap({
  routes: {
    dataset: datasetCommand,
    synthesise: synthesiseCommand,
    correspondence: correspondenceCommand,
    fit: fitCommand,
    people: peopleCommand,
    pretrain: pretrainCommand,
    regress: regressCommand,
    train: trainCommand,
    resume: resumeCommand,
    status: statusCommand,
    verifyResume: verifyResumeCommand,
    evaluate: evaluateCommand,
    evaluateFace3d: evaluateFace3dCommand,
    bench: benchCommand,
    memory: memoryCommand,
    export: exportCommand,
    exportFace3d: exportFace3dCommand,
    schema: schemaCommand,
    engine: engineCommand,
    doctor: doctorCommand,
  },
  docs: { brief: 'Train MFIM and export model bundles.' },
});

const application = buildApplication(routes, {
  name: 'mfim-train',
  scanner: { caseStyle: 'allow-kebab-for-camel' },
  determineExitCode: exitCodeOf,
  localization: {
    loadText: () => ({
      ...defaultText,
      exceptionWhileRunningCommand: (error) =>
        error instanceof MfimError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  },
});

await run(application, process.argv.slice(2), { process: process as never });
// stricli's own codes for a wrong call are negative; ours is 2.
if (typeof process.exitCode === 'number' && (process.exitCode < 0 || process.exitCode > 200)) process.exitCode = EXIT_INPUT;
