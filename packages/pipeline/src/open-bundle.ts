/** Opens a bundle: everything is checked (files, contracts, ports) before anything runs. */
import { ShapeError, manifestStyleTable, oneAtATime } from '@mfim/tensor-contracts';
import type { BundleManifest, InferenceRuntime, StyleCodes, StyleTable } from '@mfim/tensor-contracts';
import { checkBundleContract } from './bundle-contract.ts';
import type { BundleFiles } from './bundle-files.ts';
import type { Bundle, EncodedFace } from './bundle.ts';
import { faceEncoder } from './encode-face.ts';
import { generatorStage } from './generator-stage.ts';
import { openNetwork } from './network.ts';
import type { Network } from './network.ts';
import { stagedGenerator } from './staged-generation.ts';
import type { StagedGenerator } from './staged-generation.ts';
import { readFiles, readManifest } from './verify-bundle.ts';
import type { LoadOptions } from './verify-bundle.ts';

async function releaseAll(networks: readonly Network[]): Promise<void> {
  await Promise.all(networks.map((network) => network.release()));
}

async function openNetworks(
  manifest: BundleManifest,
  models: ReadonlyMap<string, Uint8Array>,
  runtime: InferenceRuntime,
): Promise<readonly Network[]> {
  const networks: Network[] = [];
  const turn = oneAtATime();
  try {
    for (const contract of [manifest.encoder, ...manifest.stages]) {
      const network = await openNetwork(runtime, { contract, model: models.get(contract.file) as Uint8Array });
      networks.push({
        ...network,
        run: (feeds, signal) => turn(() => network.run(feeds, signal)),
        release: () => turn(() => network.release()),
      });
    }
  } catch (cause) {
    await releaseAll(networks);
    throw cause;
  }
  return networks;
}

function checkCodes(codes: StyleCodes, table: StyleTable): void {
  if (codes.values.length === table.totalWidth && codes.table.resolution === table.resolution) return;
  throw new ShapeError({
    where: 'generate',
    expected: `${table.totalWidth} numbers for ${table.resolution} pixels`,
    got: `${codes.values.length} for ${codes.table.resolution}`,
    remedy: 'encode the faces with this bundle',
  });
}

function assemble(manifest: BundleManifest, runtime: InferenceRuntime, networks: readonly Network[]): Bundle {
  const table = manifestStyleTable(manifest);
  const [encoder, ...generators] = networks as readonly [Network, ...Network[]];
  const encodeOne = faceEncoder(manifest, table, encoder);
  const stages = generators.map((network) => generatorStage(manifest, table, network));
  const checkedGenerator = (): StagedGenerator => {
    const generator = stagedGenerator(stages);
    return {
      generate: async (inputs, options) => {
        checkCodes(inputs.codes, table);
        return generator.generate(inputs, options);
      },
    };
  };
  return {
    manifest,
    table,
    runtime: runtime.name,
    async encode(crops, options = {}) {
      const faces: EncodedFace[] = [];
      for (const crop of crops) faces.push(await encodeOne(crop, options.signal));
      return faces;
    },
    generate: (codes, maps, options) => checkedGenerator().generate({ codes, maps }, options),
    stagedGenerator: checkedGenerator,
    release: () => releaseAll(networks),
  };
}

/**
 * Reads, checks and opens a bundle.
 *
 * @param files a folder (`folderFiles`), a web address (`fetchFiles`) or memory (`memoryFiles`)
 * @param runtime ONNX Runtime for Node (`nodeRuntime`) or browsers (`webRuntime`)
 * @throws BundleError on a missing or changed file, a newer manifest, or networks that do not keep
 *   the contract; the message says what to do.
 */
export async function openBundle(files: BundleFiles, runtime: InferenceRuntime, options: LoadOptions = {}): Promise<Bundle> {
  const manifest = await readManifest(files, options);
  checkBundleContract(manifest, manifestStyleTable(manifest));
  const needed = [manifest.encoder, ...manifest.stages].map(({ file }) => [file, manifest.files[file]] as const);
  const models = await readFiles(files, Object.fromEntries(needed) as BundleManifest['files'], options);
  options.signal?.throwIfAborted();
  return assemble(manifest, runtime, await openNetworks(manifest, models, runtime));
}
