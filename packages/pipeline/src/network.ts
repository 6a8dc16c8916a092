/**
 * One opened network of a bundle. What it gives is checked each time: shapes against the manifest,
 * and every number finite, so that a black image never passes for a result. A stage's features are left
 * out of that: its picture is a weighted sum of them, and not finite wherever they are not.
 */
import { BundleError, InputError, InternalError } from '@mfim/tensor-contracts';
import type {
  HostTensor,
  InferenceRuntime,
  InferenceSession,
  NetworkContract,
  PortContract,
} from '@mfim/tensor-contracts';
import { PORT, checkSession } from './bundle-contract.ts';

/** A network that can be run, and closed once. */
export interface Network {
  readonly contract: NetworkContract;
  /** @throws InternalError naming network and tensor when an output is not finite. */
  run(feeds: Readonly<Record<string, HostTensor>>, signal?: AbortSignal): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

const message = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function checkFinite(file: string, name: string, { data }: HostTensor): void {
  let place = 0;
  while (place < data.length && Number.isFinite(data[place])) place += 1;
  if (place === data.length) return;
  throw new InternalError({
    where: `network ${file}`,
    expected: `finite numbers in ${name}`,
    got: `${data[place]} at position ${place} of ${data.length}`,
    remedy: 'run it with another execution provider (cpu or wasm), and report the bundle and the photo',
  });
}

function checkShape(file: string, port: PortContract, tensor: HostTensor | undefined): asserts tensor is HostTensor {
  const fits =
    tensor !== undefined &&
    tensor.shape.length === port.axes.length &&
    port.axes.every((size, axis) => axis === 0 || typeof size === 'string' || size === tensor.shape[axis]);
  if (fits) return;
  throw new BundleError({
    where: `network ${file}`,
    expected: `${port.name} with axes [${port.axes.join(', ')}]`,
    got: tensor === undefined ? 'nothing' : `shape [${tensor.shape.join(', ')}]`,
    remedy: 'export the bundle again; its networks do not keep their manifest',
  });
}

async function openSession(runtime: InferenceRuntime, file: string, model: Uint8Array): Promise<InferenceSession> {
  try {
    return await runtime.open(model);
  } catch (cause) {
    throw new BundleError({
      where: `network ${file}`,
      expected: `ONNX that ${runtime.name} can open`,
      got: message(cause),
      remedy: 'if no bundle opens, mend the runtime (its execution provider, its .wasm files); else export this bundle again',
      cause,
    });
  }
}

async function runSession(session: InferenceSession, file: string, feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw new InternalError({
      where: `network ${file}`,
      expected: 'a result',
      got: message(cause),
      remedy: 'close other programs if memory is short, or choose another execution provider; otherwise report it',
      cause,
    });
  }
}

/** What `openNetwork` needs. */
export interface NetworkSource {
  readonly contract: NetworkContract;
  readonly model: Uint8Array;
}

/**
 * Opens a network and compares its ports with the manifest.
 *
 * @throws BundleError when the runtime cannot open it or its ports are others.
 */
export async function openNetwork(runtime: InferenceRuntime, { contract, model }: NetworkSource): Promise<Network> {
  const { file } = contract;
  const session = await openSession(runtime, file, model);
  let open = true;
  const release = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await session.release();
  };
  try {
    checkSession(session, contract);
  } catch (cause) {
    await release();
    throw cause;
  }
  return {
    contract,
    release,
    async run(feeds, signal) {
      signal?.throwIfAborted();
      if (!open) {
        throw new InputError({ where: `network ${file}`, expected: 'an open bundle', got: 'one that was released', remedy: 'open the bundle again' });
      }
      const outputs = await runSession(session, file, feeds);
      signal?.throwIfAborted();
      for (const port of contract.outputs) {
        const tensor = outputs[port.name];
        checkShape(file, port, tensor);
        if (port.name !== PORT.features) checkFinite(file, port.name, tensor);
      }
      return outputs;
    },
  };
}
