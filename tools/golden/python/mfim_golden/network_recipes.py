"""Recipes for whole networks: small widths, random weights (strengths, biases and means included)."""

from . import discriminator, encoder, generator
from .generator import GeneratorSize
from .golden_file import GoldenFile

GENERATOR = GeneratorSize(resolution=32, base=256, maximum=16, latent=16)
DISCRIMINATOR = GeneratorSize(resolution=16, base=128, maximum=16)
PSI = 0.7
R1_GAMMA = 10.0


def about(size):
    return {"resolution": size.resolution, "base": size.base, "maximum": size.maximum, "latent": size.latent}


def draw_generator(file, size):
    """Parameters and buffers; stored mapping weights are 1 / 0.01 larger than what runs."""
    drawn = {}
    for name, shape in generator.mapping_shapes(size).items():
        drawn[name] = file.parameter(name, shape, 100.0 if name.endswith("weight") else 30.0)
    for name, shape in (generator.synthesis_shapes(size) | generator.buffer_shapes(size)).items():
        shift = 1.0 if name.endswith("affine.bias") else 0.0
        scale = 0.3 if name.endswith(("bias", "noise_strength", "w_avg")) else 1.0
        drawn[name] = file.parameter(name, shape, scale, shift)
    return drawn


def mapping_recipe():
    """z -> w -> truncated w -> style codes, and the gradients by z and by the parameters."""
    size = GENERATOR
    file = GoldenFile("mapping", 11, {**about(size), "psi": PSI})
    drawn = draw_generator(file, size)
    parameters = {name: value for name, value in drawn.items() if name.startswith("mapping.") or ".affine." in name}
    file.tensors = {key: value for key, value in file.tensors.items() if key.removeprefix("parameter.") in parameters}
    z = file.input("z", (3, size.latent))
    w = file.keep("output", "w", generator.mapping(parameters, z))
    truncated = file.keep("output", "truncated", generator.truncate(parameters, w, PSI))
    codes = generator.style_codes(parameters, truncated, size)
    scalar = sum(file.probe(name, code) for name, code in codes.items())
    file.gradients(scalar, {"z": z, **parameters})
    return file


def synthesis_recipe():
    """Codes and style maps -> images; stored noise with strength; gradients by everything."""
    size = GENERATOR
    file = GoldenFile("synthesis", 12, about(size))
    drawn = draw_generator(file, size)
    parameters = {name: value for name, value in drawn.items() if name.startswith("synthesis.") and ".affine." not in name}
    file.tensors = {key: value for key, value in file.tensors.items() if key.removeprefix("parameter.") in parameters}
    batch = 2
    codes = {name: file.input(f"code.{name}", (batch, width), 0.5, 1.0) for name, _, _, width, _ in size.layers()}
    convolutions = [(name, resolution) for name, resolution, kind, *_ in size.layers() if kind != "torgb"]
    maps = {name: file.input(f"map.{name}", (batch, 1, side, side)) for name, side in convolutions if 8 <= side <= 16}
    noises = {name: parameters[f"synthesis.{name}.noise_const"] for name, _ in convolutions}
    images = generator.synthesize(parameters, codes, (noises, maps), size)
    for resolution in size.resolutions()[:-1]:
        file.keep("output", f"image.{resolution}", images[resolution])
    scalar = file.probe(f"image.{size.resolution}", images[size.resolution])
    trained = {name: parameters[name] for name in generator.synthesis_shapes(size) if name in parameters}
    inputs = {f"code.{name}": code for name, code in codes.items()} | {f"map.{name}": value for name, value in maps.items()}
    file.gradients(scalar, inputs | trained)
    return file


def discriminator_recipe():
    """Logits, the loss's gradients, and R1 with its (second-order) gradients; two groups of 4."""
    size = DISCRIMINATOR
    file = GoldenFile("discriminator", 13, {**about(size), "gamma": R1_GAMMA})
    parameters = {}
    for name, shape in discriminator.discriminator_shapes(size).items():
        parameters[name] = file.parameter(name, shape, 0.3 if name.endswith("bias") else 1.0)
    real = file.input("real", (8, 3, size.resolution, size.resolution))
    fake = file.input("fake", (3, 3, size.resolution, size.resolution))
    real_logits = file.keep("output", "real", discriminator.discriminate(parameters, real, size))
    fake_logits = file.keep("output", "fake", discriminator.discriminate(parameters, fake, size))
    loss = file.keep("output", "loss", discriminator.discriminator_loss(real_logits, fake_logits))
    file.gradients(loss, {"real": real, "fake": fake, **parameters})
    penalty = file.keep("output", "r1", discriminator.r1(parameters, real, size, R1_GAMMA))
    # The last bias shifts every logit alike, so the penalty does not depend on it.
    reached = {name: value for name, value in parameters.items() if name != "b4.out.bias"}
    file.gradients(penalty, {"real": real, **reached}, kind="second")
    return file


ENCODER = encoder.EncoderSize(
    input_resolution=32,
    stem_width=8,
    stages=((1, 8), (2, 16), (1, 16)),
    pyramid_width=10,
    levels=((4, 4), (8, 8), (16, 16)),
    code_width=8,
    map_width=6,
    map_resolutions=(8, 16),
    generator=GeneratorSize(resolution=16, base=128, maximum=12),
)


def encoder_scale(name, shape):
    """(scale, shift) of one drawn parameter."""
    if name.endswith((".scale", ".variance")):
        return 0.1, 1.0
    if name.endswith((".offset", ".mean", ".bias", ".slope")):
        return 0.2, 0.25 if name.endswith(".slope") else 0.0
    if ".heads." in name:
        return 1.0, 0.0
    fan_in = shape[1] * (shape[2] * shape[3] if len(shape) == 4 else 1)
    return (2.0 / fan_in) ** 0.5, 0.0


def encoder_recipe():
    """Image -> latent maps, style codes, style maps; gradients by the image and by all trained parameters."""
    return encoder_file(GoldenFile("encoder", 14, {**ENCODER._asdict(), "generator": about(ENCODER.generator)}), ENCODER)


def encoder_latent_recipe():
    """The same with a trunk for each W+ vector, the first giving a part of every code, as in e4e; no style maps."""
    size = ENCODER._replace(map_resolutions=())
    about_size = {**size._asdict(), "generator": about(size.generator), "trunks": "latent", "first_trunk_for_all": True}
    return encoder_file(GoldenFile("encoder-latent", 15, about_size), size, "first latent")


def encoder_file(file, size, trunks="level"):
    parameters = {}
    for name, shape in encoder.encoder_shapes(size, trunks=trunks).items():
        parameters[name] = file.parameter(name, shape, *encoder_scale(name, shape))
    image = file.input("image", (2, 3, size.input_resolution, size.input_resolution))
    for resolution, latent in encoder.latent_maps(parameters, image, size).items():
        file.keep("output", f"latent.{resolution}", latent)
    codes, maps = encoder.encode(parameters, image, size, trunks)
    scalar = sum(file.probe(f"code.{name}", code) for name, code in codes.items())
    scalar = scalar + sum(file.probe(f"map.{name}", value) for name, value in maps.items())
    trained = {name: value for name, value in parameters.items() if not name.endswith(encoder.STORED)}
    file.gradients(scalar, {"image": image, **trained})
    return file


NETWORK_RECIPES = {
    "mapping": mapping_recipe,
    "synthesis": synthesis_recipe,
    "discriminator": discriminator_recipe,
    "encoder": encoder_recipe,
    "encoder-latent": encoder_latent_recipe,
}
