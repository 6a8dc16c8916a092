/** Imported pSp and e4e encoders give the codes, and their generators the images, that PyTorch gave. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { PATIENCE, expectParity, torch, writeForeignFiles } from './foreign-parity.ts';
import type { ForeignFolder } from './foreign-parity.ts';

describe.skipIf(torch.isMissing)(`pSp and e4e (${torch.title})`, () => {
  let folder: ForeignFolder;
  beforeAll(() => {
    folder = writeForeignFiles(['psp', 'e4e']);
  }, PATIENCE);
  afterAll(() => folder.remove());

  test.each(['psp', 'e4e'])('%s: face to codes to image', { timeout: PATIENCE }, async (kind) => {
    await expectParity(kind, folder.path(`${kind}.pt`), folder.path(`${kind}.npz`));
  });

  test('the one is not taken for the other', async () => {
    const { code, stderr } = await callMfim(['import', 'psp', folder.path('e4e.pt'), '--out', folder.path('never')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/got encoder_type Encoder4Editing; import it as e4e/)]);
  });
});
