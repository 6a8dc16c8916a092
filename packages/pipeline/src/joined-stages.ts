/**
 * The upper stages of a generator as one network, for runtimes that copy what leaves a session: at 1024 pixels the features between
 * the stages are 100 MB. A whole image is drawn by it; a slider of a fine layer still finds the stages one by one.
 */
import type { BundleManifest, NetworkContract } from '@mfim/tensor-contracts';
import { joinGraphs } from '@mfim/tfjs-onnx/channel-blocks';
import { PORT } from './bundle-contract.ts';
import type { NetworkSource } from './network.ts';

const LINKS = { [PORT.rgb]: PORT.previousRgb, [PORT.features]: PORT.previousFeatures };

/** Weights are in memory twice when the stages are opened as well; so much of the generator's, at most. */
const LARGEST_SHARE = 1 / 4;

/** Several stages as one network. */
export interface JoinedStages extends NetworkSource {
  /** Position of the first of them; the last is the generator's last. */
  readonly first: number;
}

/** Position from which on the files are small, as those of large resolutions are. */
function firstOfTail({ stages, files }: BundleManifest): number {
  const bytes = stages.map(({ file }) => files[file]?.bytes ?? 0);
  const total = bytes.reduce((sum, size) => sum + size, 0);
  let [position, share] = [stages.length, 0];
  while (position > 1 && share + (bytes[position - 1] as number) / total <= LARGEST_SHARE) {
    position -= 1;
    share += (bytes[position] as number) / total;
  }
  return position;
}

function joinedContract(below: NetworkContract, above: NetworkContract): NetworkContract {
  const linked: readonly string[] = Object.values(LINKS);
  const ports = [...below.inputs, ...above.inputs.filter(({ name }) => !linked.includes(name))];
  const inputs = [...new Map(ports.map((port) => [port.name, port] as const)).values()];
  return { file: `${below.file} + ${above.file}`, inputs, outputs: above.outputs };
}

/** The stages that are worth joining; `undefined` where there are fewer than two, or they do not fit together. */
export function joinedStages(manifest: BundleManifest, models: ReadonlyMap<string, Uint8Array>): JoinedStages | undefined {
  const first = firstOfTail(manifest);
  const [bottom, ...others] = manifest.stages.slice(first);
  if (bottom === undefined || others.length === 0) return undefined;
  let joined: NetworkSource = { contract: bottom, model: models.get(bottom.file) as Uint8Array };
  for (const stage of others) {
    const model = joinGraphs(joined.model, models.get(stage.file) as Uint8Array, LINKS);
    if (model === undefined) return undefined;
    joined = { contract: joinedContract(joined.contract, stage), model };
  }
  return { ...joined, first };
}
