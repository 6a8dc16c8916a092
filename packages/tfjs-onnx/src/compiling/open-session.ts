/**
 * Loads a graph into ONNX Runtime so that every node runs on the provider that was asked for, or says which do not.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { OnnxModel } from '../onnx/model.ts';
import { writeModel } from '../onnx/write-model.ts';
import { findUnplaced } from './find-unplaced.ts';
import type { UnplacedNodes } from './graph-facts.ts';
import { isOnCpu, providerName, runtimeOf } from './onnx-runtime.ts';
import type { RuntimeOptions, RuntimeSession } from './onnx-runtime.ts';
import { createSession, providerObstacle } from './create-session.ts';
import type { OutputLocations } from './create-session.ts';

/** A loaded graph. */
export interface OpenedSession {
  readonly session: RuntimeSession;
  /** Operators that the CPU runs instead of the provider, with how many nodes each; empty where all is as asked. */
  readonly fallbacks: readonly UnplacedNodes[];
}

/** What to load. */
export interface SessionRequest {
  readonly model: OnnxModel;
  readonly options: RuntimeOptions;
  /** Where outputs shall stay, by name; absent: in memory. */
  readonly locations?: OutputLocations | undefined;
}

const NODES_SHOWN = 6;

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function rejected({ options, model }: SessionRequest, error: unknown): InputError {
  return new InputError({
    where: `compile ${model.name}`,
    expected: `a graph that ONNX Runtime's ${providerName(options)} provider accepts`,
    got: firstLine(error),
    remedy: 'report the function together with the versions of tfjs-core and ONNX Runtime, or compute the refused part outside of it',
    cause: error,
  });
}

function misplaced({ options, model }: SessionRequest, nodes: readonly UnplacedNodes[]): InputError {
  const shown = nodes.slice(0, NODES_SHOWN).map(({ operator, count, example }) => `${operator} (${count}, such as ${example})`);
  const rest = nodes.length > NODES_SHOWN ? [`${nodes.length - NODES_SHOWN} more`] : [];
  return new InputError({
    where: `compile ${model.name}`,
    expected: `every operation to run on ${providerName(options)}`,
    got: `operations that it has no kernel for: ${[...shown, ...rest].join(', ')}`,
    remedy: "rewrite them by other tf operations, choose provider: 'cpu', or let the CPU run them with fallback: 'allow' (slow: their tensors are copied to and fro)",
  });
}

function unavailable({ options, model }: SessionRequest, obstacle: unknown): InputError {
  const provider = providerName(options);
  return new InputError({
    where: `compile ${model.name}`,
    expected: `ONNX Runtime's ${provider} provider to work here`,
    got: firstLine(obstacle),
    remedy: `install what ${provider} needs (driver, libraries, another build of ONNX Runtime), or choose provider: 'cpu'`,
    cause: obstacle,
  });
}

async function afterRefusal(request: SessionRequest, error: unknown): Promise<OpenedSession> {
  const { options, model } = request;
  const obstacle = await providerObstacle(options);
  if (obstacle !== undefined) throw unavailable(request, obstacle);
  if (isOnCpu(options)) throw rejected(request, error);
  const unplaced = await findUnplaced(model, options);
  if (unplaced.length === 0) throw rejected(request, error);
  if (options.fallback !== 'allow') throw misplaced(request, unplaced);
  const session = await createSession(writeModel(model), { options, strict: false, locations: request.locations }).catch((reason: unknown) => {
    throw rejected(request, reason);
  });
  return { session, fallbacks: unplaced };
}

/** @throws InputError when the provider is not there, lacks kernels (see `fallback`), or refuses the graph */
export async function openSession(request: SessionRequest): Promise<OpenedSession> {
  const { options, model, locations } = request;
  runtimeOf(options);
  try {
    return { session: await createSession(writeModel(model), { options, strict: true, locations }), fallbacks: [] };
  } catch (error) {
    return afterRefusal(request, error);
  }
}
