/**
 * The choice `auto`: the best engine that really works here. A software GPU and plain JavaScript are never chosen: they would train for
 * years, so whoever wants them names them. Every engine that was passed over is told, with its reason.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { EngineName } from './engine-names.ts';
import type { EngineDefinition, EngineProbe } from './engine.ts';

/** Never chosen by itself. */
const TESTS_ONLY: readonly EngineName[] = ['cpu'];

/** What `auto` came to. */
export interface EngineDecision {
  readonly name: EngineName;
  /** One sentence: what was chosen, and why not a better one. */
  readonly reason: string;
}

function objection(probe: EngineProbe): string | undefined {
  if (!probe.usable) return probe.missing[0] ?? 'not usable';
  return probe.device?.kind === 'software' ? `${probe.device.name} is a GPU imitated by the CPU` : undefined;
}

/**
 * @param engines - candidates, best first; they are probed one after another until one fits
 * @throws InputError when none works; it lists each engine's obstacle and the first cure
 */
export async function chooseEngine(engines: readonly EngineDefinition[]): Promise<EngineDecision> {
  const passed: string[] = [];
  const cures: string[] = [];
  for (const engine of engines.filter(({ name }) => !TESTS_ONLY.includes(name))) {
    const probe = await engine.probe();
    const reason = objection(probe);
    if (reason === undefined) {
      const others = passed.length === 0 ? '' : `; passed over: ${passed.join('; ')}`;
      return { name: engine.name, reason: `auto chose ${engine.name} on ${probe.device?.name ?? 'this machine'}${others}` };
    }
    passed.push(`${engine.name} (${reason})`);
    if (probe.cure !== '') cures.push(`${engine.name}: ${probe.cure}`);
  }
  throw new InputError({
    where: 'engine auto',
    expected: 'an engine that works on this machine and is fast enough to train',
    got: `none: ${passed.join('; ')}`,
    remedy: `make one usable (${cures.find((cure) => cure.startsWith('tensorflow')) ?? cures[0] ?? 'run: mfim-train engine install tensorflow'}; mfim-train doctor shows all), or name one: engine=cpu`,
  });
}
