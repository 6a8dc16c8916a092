/** What `doctor` prints of the engines. */
import type { EngineDefinition, EngineProbe } from './engine.ts';

const DEVICE_WORDS = { cpu: 'CPU', gpu: 'GPU', software: 'a GPU imitated by the CPU, too slow to train' };

function versionsOf(probe: EngineProbe): string {
  return Object.entries(probe.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** The lines of one engine: its state first, then what it found and misses, then the cure. */
export function engineLines({ name, summary }: EngineDefinition, probe: EngineProbe): readonly string[] {
  const head = `${probe.usable ? 'usable ' : 'MISSING'} ${name}: ${summary}`;
  if (probe.usable) {
    const device = probe.device === undefined ? [] : [`        device: ${probe.device.name} (${DEVICE_WORDS[probe.device.kind]})`];
    return [head, ...device, `        versions: ${versionsOf(probe)}`];
  }
  const parts = probe.parts.map(({ part, found, detail }) => `        ${found ? 'found  ' : 'missing'} ${part}: ${detail}`);
  const told = new Set(probe.parts.filter(({ found }) => !found).map(({ part, detail }) => `${part}: ${detail}`));
  const problems = probe.missing.filter((line) => !told.has(line)).map((line) => `        problem: ${line}`);
  return [head, ...parts, ...problems, `        what to do: ${probe.cure}`];
}
