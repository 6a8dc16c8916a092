/**
 * A program for tests that stop processes: `train` in a folder, or its resumption, as the command does it, but with a tiny config and small
 * networks as judges. Arguments: folder, dataset, last step. Exit codes as those of `mfim-train`.
 */
import { InputError } from '@mfim/tensor-contracts';
import { performRun } from '../src/commands/perform-run.ts';
import { say } from '../src/commands/say.ts';
import { listCheckpoints, newestCheckpoint } from '../src/run/checkpoint-store.ts';
import { locked } from '../src/run/run-lock.ts';
import { smallConfig, smallNetworks } from './small-run.ts';

const [folder, dataset, steps] = process.argv.slice(2) as [string, string, string];
const rare = 1_000_000;
const config = { ...smallConfig({ identity: 0 }), dataset, steps: Number(steps), logEvery: 1, saveEvery: rare, snapshotEvery: rare };

try {
  await locked(folder, async () => {
    const resumable = (await listCheckpoints(folder)).length > 0;
    const checkpoint = resumable ? { checkpoint: await newestCheckpoint(folder, say) } : {};
    await performRun({ kind: 'train', config, folder, ...checkpoint }, async () => smallNetworks());
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof InputError ? 2 : 1;
}
