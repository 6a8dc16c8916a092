/** LPIPS 0.1 with AlexNet, VGG-16 or SqueezeNet: torchvision's trunk with the published heads, or the lpips package's own file. */
import { importedLpipsParameters, lpips, lpipsKeyMaps, lpipsSpec } from '@mfim/nn';
import type { LpipsTrunkName } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import type { ImportKind } from '../import-kind.ts';
import { networkKind } from '../network-kind.ts';

/** Where torchvision's files keep the layers: the whole network's, or those of `features` alone. */
const PREFIXES = ['features.', ''];

/** Golden files: `first` and `second` [batch, height, width, 3] in [-1, 1] to `distance` [batch]. */
function lpipsKind(trunk: LpipsTrunkName, network: string): ImportKind {
  return networkKind({
    name: `lpips-${trunk}`,
    brief: `LPIPS 0.1 with ${network}: perceptual distance`,
    origins: [`torchvision's ${network} and, with --also, LPIPS's heads`, `the lpips package's state dictionary`],
    forms: () => {
      const spec = lpipsSpec(trunk);
      return PREFIXES.flatMap((prefix) => lpipsKeyMaps(trunk, prefix)).map((map) => ({ map, spec }));
    },
    network: ({ tensors }) => {
      const parameters = importedLpipsParameters(tensors, trunk);
      return ({ first, second }) => ({ distance: lpips(parameters, first as tf.Tensor, second as tf.Tensor) });
    },
  });
}

/** One kind for each trunk. */
export const lpipsKinds: readonly ImportKind[] = [lpipsKind('alex', 'AlexNet'), lpipsKind('vgg', 'VGG-16'), lpipsKind('squeeze', 'SqueezeNet 1.1')];
