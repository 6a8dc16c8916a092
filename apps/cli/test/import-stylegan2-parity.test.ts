/** Imported StyleGAN2 networks draw and judge as PyTorch did, from files in the containers of both origins. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { PATIENCE, expectEqualTensors, expectParity, torch, writeForeignFiles } from './foreign-parity.ts';
import type { ForeignFolder } from './foreign-parity.ts';

describe.skipIf(torch.isMissing)(`StyleGAN2 (${torch.title})`, () => {
  let folder: ForeignFolder;
  beforeAll(() => {
    folder = writeForeignFiles(['stylegan2-rosinality', 'stylegan2-nvidia']);
  }, PATIENCE);
  afterAll(() => folder.remove());

  test('a rosinality .pt and an NVIDIA .pkl of equal weights give the images and verdicts of PyTorch, and equal tensors', { timeout: PATIENCE }, async () => {
    const rosinality = await expectParity('stylegan2', folder.path('stylegan2-rosinality.pt'), folder.path('stylegan2-rosinality.npz'));
    const nvidia = await expectParity('stylegan2', folder.path('stylegan2-nvidia.pkl'), folder.path('stylegan2-nvidia.npz'));
    await expectEqualTensors(rosinality, nvidia);
  });
});
