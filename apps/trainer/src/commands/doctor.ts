/** `mfim-train doctor [--engine NAME] [--json]`: which engines work on this machine, shown by computing on each. */
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { chooseEngine } from '../engine/choose-engine.ts';
import { engineLines } from '../engine/doctor-report.ts';
import type { EngineDefinition, EngineProbe } from '../engine/engine.ts';
import { ENGINES, engineNamed } from '../engine/registry.ts';
import { say as sayAloud } from './say.ts';

/** Flags of `mfim-train doctor`. */
export interface DoctorFlags {
  readonly engine: string;
  readonly json: boolean;
}

/** An engine whose probe is made once. */
function probed(engine: EngineDefinition, probe: EngineProbe): EngineDefinition {
  return { ...engine, probe: () => Promise.resolve(probe) };
}

/** The sentence about the chosen engine. @throws InputError when it is not usable */
async function verdict(choice: string, engines: readonly EngineDefinition[]): Promise<string> {
  if (choice === 'auto') return (await chooseEngine(engines)).reason;
  const probe = await engines.find(({ name }) => name === choice)?.probe();
  if (probe?.usable === true) return `${choice} is usable`;
  throw new InputError({
    where: `doctor --engine ${choice}`,
    expected: `the engine ${choice} to work on this machine`,
    got: probe?.missing.join('; ') ?? 'no probe',
    remedy: probe?.cure ?? 'run: mfim-train doctor',
  });
}

/**
 * Probes the engines one after another (they share the machine), prints each, and ends with the chosen one's verdict.
 * @param engines - all of them, or stand-ins
 * @throws InputError when the chosen engine does not work (exit code 2)
 */
export async function examineEngines({ engine: choice, json }: DoctorFlags, engines: readonly EngineDefinition[], say: (line: string) => void): Promise<void> {
  const wanted = choice === 'auto' ? engines : engines.filter(({ name }) => name === engineNamed(choice).name);
  const known: EngineDefinition[] = [];
  const probes: EngineProbe[] = [];
  for (const engine of wanted) {
    const probe = await engine.probe();
    probes.push(probe);
    known.push(probed(engine, probe));
    if (!json) for (const line of engineLines(engine, probe)) say(line);
  }
  const outcome = await verdict(choice, known).catch((error: unknown) => error);
  const sentence = outcome instanceof Error ? outcome.message : String(outcome);
  if (json) say(JSON.stringify({ choice, usable: !(outcome instanceof Error), verdict: sentence, engines: probes }, undefined, 2));
  else if (!(outcome instanceof Error)) say(sentence);
  if (outcome instanceof Error) throw outcome;
}

/** The doctor. */
export const doctorCommand = buildCommand({
  func: (flags: DoctorFlags) => examineEngines(flags, ENGINES, sayAloud),
  parameters: {
    flags: {
      engine: { kind: 'parsed', parse: String, default: 'auto', brief: 'Engine whose state decides the exit code' },
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
    },
  },
  docs: {
    brief: 'Show which engines work on this machine',
    fullDescription: 'Each engine computes a convolution, its gradient and a gradient of a gradient in a process of its own. Exit code 0 when the chosen engine (auto: any that trains) works, 2 otherwise.',
  },
});
