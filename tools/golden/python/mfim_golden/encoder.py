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

    def level_layers(self, position, reach=lambda layer: layer[1]):
        """The generator's layers whose codes this level gives, by the resolution that they reach; the last level has the rest."""
        above = self.levels[position - 1][1] if position else 0
        up_to = self.levels[position][1] if position < len(self.levels) - 1 else math.inf
        return [layer for layer in self.generator.layers() if above < reach(layer) <= up_to]

    def code_trunks(self, trunks="level"):
        """(name, resolution of the latent map, layers) of every M2C trunk; `trunks`: level, latent (pSp), first latent (e4e).

        By latent, a trunk gives the codes of the layers that read one W+ vector: a convolution, and the toRGB before it. With
        `first latent` the first trunk also gives a part of every other code.
        """
        for position, (resolution, _) in enumerate(self.levels):
            if trunks == "level":
                yield f"r{resolution}", resolution, self.level_layers(position)
                continue
            latents = latent_indices(self.generator)
            layers = self.level_layers(position, lambda layer: layer[1] * (2 if layer[2] == "torgb" else 1))
            for latent in dict.fromkeys(latents[layer[0]] for layer in layers):
                own = [layer for layer in layers if latents[layer[0]] == latent]
                yield f"l{latent}", resolution, list(self.generator.layers()) if latent == 0 and trunks == "first latent" else own

    def noise_layers(self, resolution):
        return [name for name, size, kind, *_ in self.generator.layers() if size == resolution and kind != "torgb"]


def latent_indices(generator):
    """Which W+ vector each layer reads, by name."""
    indices, convolutions = {}, 0
    for name, _, kind, *_ in generator.layers():
        indices[name] = convolutions
        convolutions += kind != "torgb"
    return indices


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


def encoder_shapes(size, normalise_codes=False, trunks="level"):
    """`normalise_codes`: a batch normalisation after every convolution of the M2C trunks."""
    stem = size.stem_width
    shapes = {"body.stem.conv": (stem, 3, 3, 3), "body.stem.slope": (stem,)} | norm_shapes("body.stem.norm", stem)
    width_at = {size.input_resolution: stem}
    for name, inputs, outputs, _, stage in units(size):
        shapes |= unit_shapes(name, inputs, outputs)
        width_at[size.input_resolution // 2 ** (stage + 1)] = outputs
    for resolution, _ in size.levels:
        shapes |= conv_shapes(f"laterals.r{resolution}", size.pyramid_width, width_at[resolution], 1)
    for key, resolution, layers in size.code_trunks(trunks):
        for step in range(int(math.log2(resolution))):
            inputs = size.code_width if step else size.pyramid_width
            trunk = f"codes.{key}.trunk.conv{step}"
            shapes |= conv_shapes(trunk, size.code_width, inputs, 3)
            shapes |= norm_shapes(f"{trunk}.norm", size.code_width) if normalise_codes else {}
        for name, _, _, width, _ in layers:
            head = f"codes.{key}.heads.{name.replace('.', '_')}"
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


def codes_from(parameters, latents, size, wanted=lambda layer: True, trunks="level"):
    """Style codes by layer name; trunks without a wanted layer are not computed."""
    codes = {}
    for key, resolution, layers in size.code_trunks(trunks):
        if not any(wanted(layer) for layer in layers):
            continue
        x = latents[resolution]
        for step in range(int(math.log2(resolution))):
            trunk = f"codes.{key}.trunk.conv{step}"
            x = functional.conv2d(x, parameters[f"{trunk}.weight"], parameters[f"{trunk}.bias"], stride=2, padding=1)
            x = batch_norm(parameters, f"{trunk}.norm", x) if f"{trunk}.norm.scale" in parameters else x
            x = functional.leaky_relu(x)
        for name, *_ in layers:
            head = f"codes.{key}.heads.{name.replace('.', '_')}"
            codes[name] = codes.get(name, 0) + linear(x.flatten(1), parameters[f"{head}.weight"], parameters[f"{head}.bias"])
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


def encode(parameters, image, size, trunks="level"):
    """(style codes by layer name, style maps by layer name)."""
    latents = latent_maps(parameters, image, size)
    return codes_from(parameters, latents, size, trunks=trunks), style_maps_from(parameters, latents, size)
