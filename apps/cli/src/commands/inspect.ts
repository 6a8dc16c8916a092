/** What `mfim inspect` does. */
import { stat } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import { print } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { describeInspection } from '../inspect/describe-inspection.ts';
import { inspectBundle } from '../inspect/inspect-bundle.ts';
import { inspectFile } from '../inspect/inspect-file.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { refuseSuspicious } from '../inspect/suspicious-file.ts';
import type { InspectFlags } from './inspect-command.ts';

/** The worst that was found decides how the call ends, after everything was printed. */
function judge(inspections: readonly Inspection[]): void {
  for (const { file, pickles } of inspections) if (pickles !== undefined) refuseSuspicious(file, pickles);
  const refused = inspections.find(({ refusal }) => refusal !== undefined);
  if (refused !== undefined) throw new InputError({ where: refused.file, expected: 'a weight file that can be read', got: 'one that was refused', remedy: 'the line above says why' });
}

async function inspectFolder(context: MfimContext, { namesOnly, json }: InspectFlags, folder: string): Promise<readonly Inspection[]> {
  const bundle = await inspectBundle(folder, !namesOnly);
  if (json) print(context, JSON.stringify(bundle, undefined, 2));
  else {
    print(context, `bundle      ${bundle.name}, ${bundle.resolution} pixels, ${bundle.files.length} files`);
    for (const file of bundle.files) {
      for (const line of ['', ...describeInspection(file), `licence     ${file.licence}`, ...file.faults.map((fault) => `WRONG       ${fault}`)]) print(context, line);
    }
  }
  const wrong = bundle.files.find(({ faults }) => faults.length > 0);
  if (wrong !== undefined) throw new InputError({ where: wrong.file, expected: 'the file that the manifest describes', got: wrong.faults.join(', '), remedy: 'copy or download the bundle again' });
  return bundle.files;
}

/** Prints what the file is. @throws InputError when there is no file, or it is damaged */
export async function inspect(context: MfimContext, flags: InspectFlags, path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return judge(await inspectFolder(context, flags, path));
  const inspection = await inspectFile(path, !flags.namesOnly);
  if (flags.json) print(context, JSON.stringify(inspection, undefined, 2));
  else for (const line of describeInspection(inspection)) print(context, line);
  return judge([inspection]);
}
