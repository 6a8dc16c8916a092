/** The processes that take part: one for each of our engines and for each variant of PyTorch's step. */
import path from 'node:path';
import { converse } from '@mfim/benchmarks';
import type { Conversation, Speaker } from '@mfim/benchmarks';
import { InputError, InternalError } from '@mfim/tensor-contracts';
import type { EngineName } from '../engine/engine-names.ts';
import { entryCommand } from '../run/entry-command.ts';
import type { StepTerms } from '../run/stage.ts';
import type { StepTime } from './stepping.ts';

/** Where PyTorch is and how it computes. */
export interface PytorchProgram {
  readonly python: string;
  /** tools/benchmarks/pytorch_training_step.py */
  readonly script: string;
  readonly device: 'cpu' | 'cuda';
}

/** What takes part. */
export type ParticipantChoice = { readonly engine: EngineName } | { readonly variant: string; readonly program: PytorchProgram };

/** How every process is started. */
export interface BenchSetting {
  /** Holds `config.json`, and `exchange.safetensors` once it is written. */
  readonly folder: string;
  readonly threads: number;
}

/** What a process took at most. */
export interface PeakMemory {
  /** Resident memory. */
  readonly peakBytes: number;
  /** What PyTorch holds of a GPU's memory. */
  readonly peakDeviceBytes?: number;
}

/** A process that waits for its turn. */
export interface Participant {
  /** `tensorflow`, `PyTorch nchw-activations`. */
  readonly name: string;
  readonly isOurs: boolean;
  /** What computes, in a line. */
  readonly description: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Names of judging networks with random weights. */
  readonly random: readonly string[];
  run(step: number): Promise<StepTime>;
  trial(step: number, file: string): Promise<StepTerms>;
  /** Ours alone: writes `exchange.safetensors`. */
  write(): Promise<void>;
  memory(): Promise<PeakMemory>;
  stop(): Promise<void>;
}

/** PyTorch's variant in double precision. */
export const REFERENCE = 'float64';

/** Of the setting's folder. */
export const CONFIG_FILE = 'config.json';
/** Of the setting's folder, once our side has written it. */
export const EXCHANGE_FILE = 'exchange.safetensors';

/** What TensorFlow and OpenMP read. */
const threadVariables = (threads: number): Record<string, string> => ({ TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) });

/** The name under which a choice is reported. */
export function participantName(choice: ParticipantChoice): string {
  return 'engine' in choice ? choice.engine : `PyTorch ${choice.variant}`;
}

function speakerOf(choice: ParticipantChoice, { folder, threads }: BenchSetting): Speaker {
  const environment = threadVariables(threads);
  if ('engine' in choice) {
    const options = [...entryCommand('bench/bench-process'), choice.engine, path.join(folder, CONFIG_FILE), String(threads)];
    return { name: `mfim-train bench (${choice.engine})`, command: process.execPath, options, environment };
  }
  const { python, script, device } = choice.program;
  // -B: no bytecode beside the sources.
  const options = ['-B', script, '--exchange', path.join(folder, EXCHANGE_FILE), '--threads', String(threads), '--device', device];
  return { name: path.basename(script), command: python, options, environment };
}

function descriptionOf({ hello }: Conversation): string {
  return String(hello['description'] ?? `PyTorch ${String(hello['torch'])} on ${String(hello['device'])}`);
}

/** PyTorch's step does not have what the config asks for. */
export class ConfigRefusal extends InputError {
  override readonly name = 'ConfigRefusal';
}

/** @throws ConfigRefusal when PyTorch, asked first, says no */
async function greet(choice: ParticipantChoice, setting: BenchSetting): Promise<Conversation> {
  const speaker = speakerOf(choice, setting);
  try {
    return await converse(speaker);
  } catch (error) {
    if ('engine' in choice || !(error instanceof InternalError)) throw error;
    throw new ConfigRefusal({ ...error.parts, where: speaker.name, expected: 'a config whose step PyTorch has', remedy: 'choose another config', cause: error });
  }
}

/**
 * Starts one.
 *
 * @throws InternalError when it does not start; ConfigRefusal when PyTorch does not have this step
 */
export async function openParticipant(choice: ParticipantChoice, setting: BenchSetting): Promise<Participant> {
  const conversation = await greet(choice, setting);
  const { hello, ask } = conversation;
  const variant = 'engine' in choice ? choice.engine : choice.variant;
  const known = hello['variants'] as readonly string[];
  if (!known.includes(variant)) {
    await conversation.stop();
    throw new InputError({ where: 'bench --variant', expected: `one of ${known.join(', ')}`, got: variant, remedy: 'name one of these' });
  }
  return {
    name: participantName(choice),
    isOurs: 'engine' in choice,
    description: descriptionOf(conversation),
    parameters: hello['parameters'] as Participant['parameters'],
    random: (hello['random'] ?? []) as readonly string[],
    run: async (step) => (await ask(`run ${variant} ${step}`)) as unknown as StepTime,
    trial: async (step, file) => (await ask(`trial ${variant} ${step} ${file}`))['terms'] as StepTerms,
    write: async () => void (await ask(`write ${path.join(setting.folder, EXCHANGE_FILE)}`)),
    memory: async () => (await ask('memory')) as unknown as PeakMemory,
    stop: () => conversation.stop(),
  };
}
