/** Swaps and mixes portraits as planned; measures each. */
import type { SwapResult } from '@mfim/pipeline';
import type { ByteImage } from '@mfim/tensor-contracts';
import { measureIdentity } from '../identity/measure-identity.ts';
import type { IdentityReport } from '../identity/measure-identity.ts';
import type { Workshop } from '../open-workshop.ts';
import { readPhoto } from '../photo-file.ts';
import { DEMO_MIXES, DEMO_SWAPS, portraitPath } from './demo-plan.ts';
import { stageTimes } from './stage-times.ts';
import type { StageTimes } from './stage-times.ts';

/** One finished swap or mix. */
export interface DemoResult {
  /** `swap-1`, `mix-2`: also the file name. */
  readonly name: string;
  /** `swap`, or the preset of a mix. */
  readonly kind: string;
  readonly sources: readonly { readonly number: number; readonly photo: ByteImage }[];
  readonly target: { readonly number: number; readonly photo: ByteImage };
  /** The target's photo with the new face. */
  readonly image: ByteImage;
  /** The new face as the network drew it. */
  readonly crop: ByteImage;
  readonly identity: IdentityReport;
  readonly times: StageTimes;
}

async function portrait(number: number): Promise<{ number: number; photo: ByteImage }> {
  return { number, photo: await readPhoto(portraitPath(number), 'portrait') };
}

type Faces = Pick<DemoResult, 'sources' | 'target' | 'name' | 'kind'>;

async function finish({ identity: network }: Workshop, faces: Faces, result: SwapResult): Promise<DemoResult> {
  const photos = { target: faces.target.photo, sources: faces.sources.map(({ photo }) => photo) };
  const identity = await measureIdentity(network, { ...photos, result });
  return { ...faces, image: result.image, crop: result.crop, identity, times: stageTimes(result.timings) };
}

/** Runs every swap of the plan, one after another; the first also warms the networks up, uncounted. */
export async function* runDemoSwaps(workshop: Workshop): AsyncGenerator<DemoResult> {
  for (const [index, plan] of DEMO_SWAPS.entries()) {
    const source = await portrait(plan.source);
    const target = await portrait(plan.target);
    const request = { source: source.photo, target: target.photo };
    if (index === 0) await workshop.pipeline.swap(request);
    const result = await workshop.pipeline.swap(request);
    yield finish(workshop, { name: `swap-${index + 1}`, kind: 'swap', sources: [source], target }, result);
  }
}

/** Runs every mix of the plan. */
export async function* runDemoMixes(workshop: Workshop): AsyncGenerator<DemoResult> {
  for (const [index, plan] of DEMO_MIXES.entries()) {
    const sources = await Promise.all(plan.sources.map(portrait));
    const target = await portrait(plan.target);
    const result = await workshop.pipeline.mix({
      target: target.photo,
      sources: sources.map(({ photo }) => ({ photo })),
      preset: plan.preset,
    });
    yield finish(workshop, { name: `mix-${index + 1}`, kind: plan.preset, sources, target }, result);
  }
}
