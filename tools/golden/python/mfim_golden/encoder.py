"""The facial attribute encoder on NCHW tensors: IR-SE body, feature pyramid, M2C and M2M heads.

Parameter names are the project's (packages/encoder), layouts PyTorch's: kernels [O I k k], linear [O I].
"""

import math
from typing import NamedTuple

import torch
from torch.nn import functional

from .generator import GeneratorSize
from .layers import linear

BATCH_NORM_EPSILON = 1e-5
REDUCTION = 16
FEWEST_HIDDEN = 4
STORED = (".mean", ".variance")


class EncoderSize(NamedTuple):
    """stages: (units, width); levels: (resolution, codes up to), coarse to fine."""

    input_resolution: int
    stem_width: int
    stages: tuple
    pyramid_width: int
    levels: tuple
    code_width: int
    map_width: int
    map_resolutions: tuple
    generator: GeneratorSize

    def level_layers(self, position):
        """The generator's layers whose codes this level gives."""
        above = self.levels[position - 1][1] if position else 0
        return [layer for layer in self.generator.layers() if above < layer[1] <= self.levels[position][1]]

    def noise_layers(self, resolution):
        return [name for name, size, kind, *_ in self.generator.layers() if size == resolution and kind != "torgb"]


def norm_shapes(prefix, channels):
    return {f"{prefix}.{part}": (channels,) for part in ("scale", "offset", "mean", "variance")}


def conv_shapes(prefix, outputs, inputs, kernel):
    return {f"{prefix}.weight": (outputs, inputs, kernel, kernel), f"{prefix}.bias": (outputs,)}


def unit_shapes(prefix, inputs, outputs):
    hidden = max(FEWEST_HIDDEN, outputs // REDUCTION)
    shapes = norm_shapes(f"{prefix}.norm0", inputs) | norm_shapes(f"{prefix}.norm1", outputs)
    shapes |= {f"{prefix}.conv0": (outputs, inputs, 3, 3), f"{prefix}.slope": (outputs,)}
    shapes |= {f"{prefix}.conv1": (outputs, outputs, 3, 3)}
    shapes |= {f"{prefix}.gate.reduce": (hidden, outputs), f"{prefix}.gate.expand": (outputs, hidden)}
    if inputs != outputs:
        shapes |= {f"{prefix}.shortcut.conv": (outputs, inputs, 1, 1)}
        shapes |= norm_shapes(f"{prefix}.shortcut.norm", outputs)
    return shapes


def units(size):
    """(name, input width, output width, stride, stage) of every unit."""
    width = size.stem_width
    for stage, (count, outputs) in enumerate(size.stages):
        for unit in range(count):
            yield f"body.units.s{stage}_u{unit}", width, outputs, 2 if unit == 0 else 1, stage
            width = outputs


def encoder_shapes(size, normalise_codes=False):
    """`normalise_codes`: a batch normalisation after every convolution of the M2C trunks."""
    stem = size.stem_width
    shapes = {"body.stem.conv": (stem, 3, 3, 3), "body.stem.slope": (stem,)} | norm_shapes("body.stem.norm", stem)
    width_at = {size.input_resolution: stem}
    for name, inputs, outputs, _, stage in units(size):
        shapes |= unit_shapes(name, inputs, outputs)
        width_at[size.input_resolution // 2 ** (stage + 1)] = outputs
    for position, (resolution, _) in enumerate(size.levels):
        shapes |= conv_shapes(f"laterals.r{resolution}", size.pyramid_width, width_at[resolution], 1)
        for step in range(int(math.log2(resolution))):
            inputs = size.code_width if step else size.pyramid_width
            trunk = f"codes.r{resolution}.trunk.conv{step}"
            shapes |= conv_shapes(trunk, size.code_width, inputs, 3)
            shapes |= norm_shapes(f"{trunk}.norm", size.code_width) if normalise_codes else {}
        for name, _, _, width, _ in size.level_layers(position):
            head = f"codes.r{resolution}.heads.{name.replace('.', '_')}"
            shapes |= {f"{head}.weight": (width, size.code_width), f"{head}.bias": (width,)}
    for resolution in size.map_resolutions:
        shapes |= conv_shapes(f"maps.r{resolution}.conv0", size.map_width, size.pyramid_width, 3)
        shapes |= conv_shapes(f"maps.r{resolution}.conv1", len(size.noise_layers(resolution)), size.map_width, 3)
    return shapes


def batch_norm(parameters, prefix, x):
    scale, offset, mean, variance = (parameters[f"{prefix}.{part}"] for part in ("scale", "offset", "mean", "variance"))
    return functional.batch_norm(x, mean.detach(), variance.detach(), scale, offset, training=False, eps=BATCH_NORM_EPSILON)


def squeeze_excite(parameters, prefix, x):
    hidden = functional.relu(x.mean(dim=(2, 3)) @ parameters[f"{prefix}.reduce"].T)
    return x * torch.sigmoid(hidden @ parameters[f"{prefix}.expand"].T)[:, :, None, None]


def residual_unit(parameters, prefix, x, stride):
    y = functional.conv2d(batch_norm(parameters, f"{prefix}.norm0", x), parameters[f"{prefix}.conv0"], padding=1)
    y = functional.prelu(y, parameters[f"{prefix}.slope"])
    y = functional.conv2d(y, parameters[f"{prefix}.conv1"], stride=stride, padding=1)
    y = squeeze_excite(parameters, f"{prefix}.gate", batch_norm(parameters, f"{prefix}.norm1", y))
    if f"{prefix}.shortcut.conv" not in parameters:
        return y + functional.max_pool2d(x, 1, stride)
    shortcut = functional.conv2d(x, parameters[f"{prefix}.shortcut.conv"], stride=stride)
    return y + batch_norm(parameters, f"{prefix}.shortcut.norm", shortcut)


def latent_maps(parameters, image, size):
    """image [N 3 R R] -> latent maps by resolution, coarse to fine."""
    x = functional.conv2d(image, parameters["body.stem.conv"], padding=1)
    x = functional.prelu(batch_norm(parameters, "body.stem.norm", x), parameters["body.stem.slope"])
    features = {size.input_resolution: x}
    for name, _, _, stride, _ in units(size):
        x = residual_unit(parameters, name, x, stride)
        features[x.shape[2]] = x
    maps, above = {}, None
    for resolution, _ in size.levels:
        lateral = f"laterals.r{resolution}"
        latent = functional.conv2d(features[resolution], parameters[f"{lateral}.weight"], parameters[f"{lateral}.bias"])
        if above is not None:
            latent = latent + functional.interpolate(above, scale_factor=2, mode="bilinear", align_corners=True)
        maps[resolution] = above = latent
    return maps


def codes_from(parameters, latents, size, wanted=lambda layer: True):
    """Style codes by layer name; levels without a wanted layer are not computed."""
    codes = {}
    for position, (resolution, _) in enumerate(size.levels):
        if not any(wanted(layer) for layer in size.level_layers(position)):
            continue
        x = latents[resolution]
        for step in range(int(math.log2(resolution))):
            trunk = f"codes.r{resolution}.trunk.conv{step}"
            x = functional.conv2d(x, parameters[f"{trunk}.weight"], parameters[f"{trunk}.bias"], stride=2, padding=1)
            x = batch_norm(parameters, f"{trunk}.norm", x) if f"{trunk}.norm.scale" in parameters else x
            x = functional.leaky_relu(x)
        for name, *_ in size.level_layers(position):
            head = f"codes.r{resolution}.heads.{name.replace('.', '_')}"
            codes[name] = linear(x.flatten(1), parameters[f"{head}.weight"], parameters[f"{head}.bias"])
    return codes


def style_maps_from(parameters, latents, size):
    """Style maps [N 1 r r] by layer name."""
    maps = {}
    for resolution in size.map_resolutions:
        prefix = f"maps.r{resolution}"
        x = functional.conv2d(latents[resolution], parameters[f"{prefix}.conv0.weight"], parameters[f"{prefix}.conv0.bias"], padding=1)
        x = functional.leaky_relu(x, 0.2)
        x = functional.conv2d(x, parameters[f"{prefix}.conv1.weight"], parameters[f"{prefix}.conv1.bias"], padding=1)
        for index, name in enumerate(size.noise_layers(resolution)):
            maps[name] = x[:, index : index + 1]
    return maps


def encode(parameters, image, size):
    """(style codes by layer name, style maps by layer name)."""
    latents = latent_maps(parameters, image, size)
    return codes_from(parameters, latents, size), style_maps_from(parameters, latents, size)
