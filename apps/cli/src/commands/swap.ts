/** What `mfim swap` does. */
import type { MfimContext } from '../command-context.ts';
import { withWorkshop } from '../open-workshop.ts';
import { checkOutputPath } from '../output-file.ts';
import { formatOf, readPhoto } from '../photo-file.ts';
import { finishResult } from './finish-result.ts';
import type { SwapFlags } from './swap-command.ts';

/** @throws InputError when the call, a photo or the model is wrong; then nothing was written. */
export async function swap(context: MfimContext, flags: SwapFlags): Promise<void> {
  const { out, report, face, sourceFace } = flags;
  formatOf(out);
  checkOutputPath(out, [flags.source, flags.target]);
  if (report !== undefined) checkOutputPath(report, [flags.source, flags.target, out]);
  const source = { path: flags.source, photo: await readPhoto(flags.source, '--source') };
  const target = { path: flags.target, photo: await readPhoto(flags.target, '--target') };
  await withWorkshop({ model: flags.model, environment: context.environment }, async (workshop) => {
    const result = await workshop.pipeline.swap({
      source: source.photo,
      target: target.photo,
      colourTransfer: flags.colourTransfer,
      ...(face === undefined ? {} : { targetFace: face }),
      ...(sourceFace === undefined ? {} : { sourceFace }),
    });
    await finishResult(context, workshop, {
      target,
      sources: [source],
      result,
      out,
      report,
      chosenByCaller: { target: face !== undefined, sources: sourceFace !== undefined },
    });
  });
}
