/**
 * Opens the engine that computes the training step: a tfjs backend, chosen by name or by `auto`.
 * Departure from stock tfjs: nothing is chosen silently. The engine asked for either works or is refused with the cure.
 */
import { chooseEngine } from './choose-engine.ts';
import type { EngineChoice } from './engine-names.ts';
import type { Engine, EngineDefinition } from './engine.ts';
import { ENGINES, engineNamed } from './registry.ts';

export { ENGINE_NAMES } from './engine-names.ts';
export type { EngineChoice, EngineName } from './engine-names.ts';
export type { Engine } from './engine.ts';

/**
 * Makes the named engine the active tfjs backend.
 * @param choice - a name of `ENGINE_NAMES`, or `auto`: the best that really works, found by computing on each in a process of its own
 * @param engines - those that `auto` may take, best first; by default all
 * @returns the engine; with `auto`, its description says what was chosen and why
 * @throws InputError when the name is unknown, or when the engine is not installed, not built, finds no device, or is attached to
 *   another copy of tfjs-core than the one the packages use. Nothing falls back to another engine.
 */
export async function openEngine(choice: EngineChoice, engines: readonly EngineDefinition[] = ENGINES): Promise<Engine> {
  if (choice !== 'auto') return engineNamed(choice).open();
  const { name, reason } = await chooseEngine(engines);
  const engine = await engineNamed(name).open();
  return { ...engine, description: `${engine.description} (${reason})` };
}
