/** The commands of `mfim`, and how their errors are told. */
import { buildApplication, buildRouteMap, text_en } from '@stricli/core';
import { benchCommand } from './commands/bench-command.ts';
import { bundleCommand } from './commands/bundle-command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { doctorCommand } from './commands/doctor-command.ts';
import { evaluateCommand } from './commands/evaluate-command.ts';
import { face3dCommand } from './commands/face3d-command.ts';
import { facesCommand } from './commands/faces-command.ts';
import { importCommand } from './commands/import-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { mixCommand } from './commands/mix-command.ts';
import { swapCommand } from './commands/swap-command.ts';
import { weightsCommand } from './commands/weights-command.ts';
import { describeError } from './describe-error.ts';
import { exitCodeOf } from './exit-codes.ts';
import { VERSION } from './version.ts';

const routes = buildRouteMap({
  routes: {
    swap: swapCommand,
    mix: mixCommand,
    faces: facesCommand,
    face3d: face3dCommand,
    evaluate: evaluateCommand,
    inspect: inspectCommand,
    import: importCommand,
    bundle: bundleCommand,
    weights: weightsCommand,
    bench: benchCommand,
    demo: demoCommand,
    doctor: doctorCommand,
  },
  docs: { brief: 'Swap and mix the identities of faces in photos.' },
});

/** The command-line application. */
export const application = buildApplication(routes, {
  name: 'mfim',
  versionInfo: { currentVersion: VERSION },
  scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
  documentation: { caseStyle: 'convert-camel-to-kebab', disableAnsiColor: true },
  localization: {
    text: {
      ...text_en,
      exceptionWhileParsingArguments: (error) =>
        `mfim: ${text_en.exceptionWhileParsingArguments(error, false)} (--help lists what this command takes)`,
      noCommandRegisteredForInput: (parts) =>
        `mfim: ${text_en.noCommandRegisteredForInput(parts)} (mfim --help lists the commands)`,
      exceptionWhileRunningCommand: describeError,
      commandErrorResult: describeError,
      exceptionWhileLoadingCommandFunction: describeError,
    },
  },
  determineExitCode: exitCodeOf,
});
