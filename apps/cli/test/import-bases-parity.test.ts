/** Morphable models in the formats of their origins, small and random: `mfim import` reads them, and heads are as their origins' formulas make them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { PATIENCE, expectParity, torch, writeForeignFiles } from './foreign-parity.ts';
import type { ForeignFolder } from './foreign-parity.ts';

describe.skipIf(torch.isMissing)(`morphable models (${torch.title})`, () => {
  let folder: ForeignFolder;
  beforeAll(() => {
    folder = writeForeignFiles(['flame', 'bfm-3ddfa-v2', 'bfm-deep3d']);
  }, PATIENCE);
  afterAll(() => folder.remove());

  const importFlame = (...flags: readonly string[]) => callMfim(['import', 'flame', folder.path('flame.pkl'), '--out', folder.path('flame.out'), ...flags]);

  test('FLAME from a pickle with chumpy and scipy objects: skinning, landmarks, outline by yaw', { timeout: PATIENCE }, async () => {
    const answer = await importFlame('--also', folder.path('flame-landmarks.npz'), '--verify', folder.path('flame.npz'));
    expect([answer.code, answer.stderr]).toEqual([0, '']);
    expect(answer.stdout).toMatch(/vertices.*\n.*landmarks.*\n.*contour/);
  });

  test('FLAME without its landmarks, or with those of another model', { timeout: PATIENCE }, async () => {
    expect((await importFlame()).stderr).toContain('dynamic_lmk_faces_idx');
    const other = await importFlame('--also', folder.path('bfm-deep3d.npz'));
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('dynamic_lmk_faces_idx')]);
  });

  test('the Basel Face Model as 3DDFA_V2 and as Deep3DFaceRecon keep it', { timeout: PATIENCE }, async () => {
    await expectParity('bfm', folder.path('bfm-3ddfa-v2.pkl'), folder.path('bfm-3ddfa-v2.npz'));
    await expectParity('bfm', folder.path('bfm-deep3d-arrays.npz'), folder.path('bfm-deep3d.npz'));
  });
});
