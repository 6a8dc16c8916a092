/** What `mfim bundle` does. */
import { basename, resolve } from 'node:path';
import { bundleFiles } from '../bundle/bundle-files.ts';
import type { BundleFile } from '../bundle/bundle-files.ts';
import { importedBundle } from '../bundle/imported-bundle.ts';
import type { BundleSources } from '../bundle/imported-bundle.ts';
import { withImported } from '../bundle/imported-network.ts';
import { checkBundleFolder, writeBundleFolder } from '../bundle/write-folder.ts';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import type { BundleFlags } from './bundle-command.ts';

/** SPDX: nothing is said about the licence. */
const UNKNOWN_LICENCE = 'NOASSERTION';

async function* told(context: MfimContext, files: AsyncIterable<BundleFile>): AsyncGenerator<BundleFile> {
  for await (const file of files) {
    print(context, `${file.name}: ${file.bytes.length} bytes`);
    yield file;
  }
}

async function writeBundle(context: MfimContext, flags: BundleFlags, sources: BundleSources): Promise<void> {
  const licence = flags.licence ?? UNKNOWN_LICENCE;
  if (flags.licence === undefined) remark(context, 'no --licence: the manifest says NOASSERTION; the weights keep the licence of their origin');
  const parts = importedBundle(sources, {
    name: flags.name ?? basename(resolve(flags.out)),
    split: { targetUpTo: flags.targetUpTo },
    weights: flags.weights,
    licences: { encoder: licence, generator: licence },
  });
  await writeBundleFolder(flags.out, told(context, bundleFiles(parts)));
}

/** @throws InputError when a file was not written by `mfim import`, lacks its network, or does not fit the other; then nothing is written. */
export async function bundle(context: MfimContext, flags: BundleFlags): Promise<void> {
  await checkBundleFolder(flags.out);
  await withImported(flags.encoder, async (encoder) => {
    if (flags.generator === undefined) return writeBundle(context, flags, { encoder, generator: encoder });
    return withImported(flags.generator, (generator) => writeBundle(context, flags, { encoder, generator }));
  });
  print(context, `bundle in ${flags.out}; try it with \`mfim swap --model ${flags.out}\``);
}
