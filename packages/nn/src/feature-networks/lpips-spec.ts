/** What `mfim import lpips-*` writes, trunk and heads under our names, and what `lpips` reads of it. */
import { constantSpec } from '../parameters.ts';
import type { ParametersOf } from '../parameters.ts';
import { foldedParameters, kernelSpec } from './folded-norms.ts';
import type { LpipsParameters } from './lpips.ts';
import { normalisedStem } from './lpips-parameters.ts';
import type { LpipsTrunkName } from './lpips-trunk.ts';
import { ALEX_NET, VGG_16, plainTrunkSpec } from './plain-trunk.ts';
import type { PlainLayer } from './plain-trunk.ts';
import { SQUEEZE_NET_FIRES, SQUEEZE_NET_WIDTHS } from './squeeze-net.ts';
import type { WeightState } from './weight-state.ts';

const PLAIN = { alex: ALEX_NET, vgg: VGG_16 } as const;

function convolutionSpec(size: number, input: number, output: number) {
  return { kernel: kernelSpec([size, size], input, output), bias: constantSpec([output], 0) };
}

function squeezeNetSpec() {
  let input: number = SQUEEZE_NET_WIDTHS[0];
  const fires = SQUEEZE_NET_FIRES.map(({ index, narrow, wide }) => {
    const spec = {
      squeeze: convolutionSpec(1, input, narrow),
      expand1: convolutionSpec(1, narrow, wide),
      expand3: convolutionSpec(3, narrow, wide),
    };
    input = 2 * wide;
    return [`fire${index}`, spec] as const;
  });
  return { stem: convolutionSpec(3, 3, SQUEEZE_NET_WIDTHS[0]), fires: Object.fromEntries(fires) };
}

function headSpecs(widths: readonly number[]) {
  return Object.fromEntries(widths.map((width, tap) => [`tap${tap}`, constantSpec([width, 1], 1 / width)] as const));
}

const tapWidths = (layers: readonly PlainLayer[]): readonly number[] => layers.filter(({ tap }) => tap).map(({ channels }) => channels);

/** Specification of an imported LPIPS: `trunk`, as its files have it, and `heads`. */
export function lpipsSpec(trunk: LpipsTrunkName) {
  if (trunk === 'squeeze') return { trunk: squeezeNetSpec(), heads: headSpecs(SQUEEZE_NET_WIDTHS) };
  return { trunk: plainTrunkSpec(PLAIN[trunk]), heads: headSpecs(tapWidths(PLAIN[trunk])) };
}

function trunkOf(name: LpipsTrunkName, imported: ParametersOf<ReturnType<typeof lpipsSpec>>['trunk']): LpipsParameters['trunk'] {
  if (name === 'alex') return { alex: imported as never };
  if (name === 'vgg') return { vgg: imported as never };
  const { stem, fires } = imported as ParametersOf<ReturnType<typeof squeezeNetSpec>>;
  return { stem: normalisedStem(stem as never), fires: fires as never };
}

/**
 * Parameters from an imported file: our names, our layouts. SqueezeNet's stem takes up the input normalisation of LPIPS; the
 * others pad their input, so they cannot.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function importedLpipsParameters(state: WeightState, name: LpipsTrunkName): LpipsParameters {
  return foldedParameters(lpipsSpec(name), state, ({ trunk, heads }) => ({ trunk: trunkOf(name, trunk), heads: heads as LpipsParameters['heads'] }));
}
