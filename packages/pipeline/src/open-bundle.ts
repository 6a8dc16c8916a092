/** Opens a bundle: everything is checked (files, contracts, ports) before anything runs. */
import { ShapeError, manifestStyleTable, oneAtATime } from '@mfim/tensor-contracts';
import type { BundleManifest, InferenceRuntime, NetworkContract, StyleCodes, StyleTable } from '@mfim/tensor-contracts';
import { checkBundleContract } from './bundle-contract.ts';
import type { BundleFiles } from './bundle-files.ts';
import type { Bundle, EncodedFace } from './bundle.ts';
import { faceEncoder } from './encode-face.ts';
import { generatorStage } from './generator-stage.ts';
import type { GeneratorStage } from './generator-stage.ts';
import { joinedStages } from './joined-stages.ts';
import { lazyNetwork } from './lazy-network.ts';
import { openNetwork } from './network.ts';
import type { Network, NetworkSource } from './network.ts';
import { stagedGenerator } from './staged-generation.ts';
import type { StagedGenerator } from './staged-generation.ts';
import { readFiles, readManifest } from './verify-bundle.ts';
import type { LoadOptions } from './verify-bundle.ts';

async function releaseAll(networks: readonly Network[]): Promise<void> {
  await Promise.all(networks.map((network) => network.release()));
}

/** Takes its turn: one network of a bundle runs at a time. */
function inTurn(network: Network, turn: ReturnType<typeof oneAtATime>): Network {
  return { ...network, run: (feeds, signal) => turn(() => network.run(feeds, signal)), release: () => turn(() => network.release()) };
}

/** The networks of a bundle; those that are joined are opened one by one only when that is asked for. */
interface OpenNetworks {
  readonly encoder: Network;
  readonly stages: readonly Network[];
  readonly joined?: { readonly network: Network; readonly first: number };
}

const allOf = ({ encoder, stages, joined }: OpenNetworks): readonly Network[] => [encoder, ...stages, ...(joined === undefined ? [] : [joined.network])];

async function openNetworks(
  manifest: BundleManifest,
  models: ReadonlyMap<string, Uint8Array>,
  runtime: InferenceRuntime,
): Promise<OpenNetworks> {
  const opened: Network[] = [];
  const turn = oneAtATime();
  const openNow = async (source: NetworkSource): Promise<Network> => {
    const network = inTurn(await openNetwork(runtime, source), turn);
    opened.push(network);
    return network;
  };
  const sourceOf = (contract: NetworkContract): NetworkSource => ({ contract, model: models.get(contract.file) as Uint8Array });
  const joint = runtime.joins === true ? joinedStages(manifest, models) : undefined;
  try {
    const encoder = await openNow(sourceOf(manifest.encoder));
    const stages: Network[] = [];
    for (const contract of manifest.stages.slice(0, joint?.first)) stages.push(await openNow(sourceOf(contract)));
    if (joint === undefined) return { encoder, stages };
    const network = await openNow(joint);
    const later = manifest.stages.slice(joint.first).map((contract) => inTurn(lazyNetwork(contract, () => openNetwork(runtime, sourceOf(contract))), turn));
    return { encoder, stages: [...stages, ...later], joined: { network, first: joint.first } };
  } catch (cause) {
    await releaseAll(opened);
    throw cause;
  }
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

function assemble(manifest: BundleManifest, runtime: InferenceRuntime, networks: OpenNetworks): Bundle {
  const table = manifestStyleTable(manifest);
  const { encoder, joined } = networks;
  const encodeOne = faceEncoder(manifest, table, encoder);
  const tops = manifest.stages.map(({ upTo }) => upTo);
  const stage = (network: Network, first: number, last: number): GeneratorStage =>
    generatorStage({ table, network, from: tops[first - 1] ?? 0, upTo: tops[last] as number });
  const stages = networks.stages.map((network, position) => stage(network, position, position));
  const tail = joined === undefined ? undefined : { first: joined.first, stage: stage(joined.network, joined.first, tops.length - 1) };
  const checkedGenerator = (): StagedGenerator => {
    const generator = stagedGenerator(stages, tail);
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
    release: () => releaseAll(allOf(networks)),
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
