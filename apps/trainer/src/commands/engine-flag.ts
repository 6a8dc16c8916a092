/** The flag `--engine` of commands that compute a little. */
import { InputError } from '@mfim/tensor-contracts';
import { ENGINE_CHOICES } from '../engine/engine-names.ts';
import type { EngineChoice } from '../engine/engine-names.ts';

function engineChoice(text: string): EngineChoice {
  const found = ENGINE_CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new InputError({ where: '--engine', expected: ENGINE_CHOICES.join(', '), got: text, remedy: 'choose one of these' });
}

/** `cpu` unless named. */
export const ENGINE_FLAG = { kind: 'parsed', parse: engineChoice, default: 'cpu', brief: 'Engine that computes the networks' } as const;
