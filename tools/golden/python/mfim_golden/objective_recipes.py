"""The whole objective: a swap by a small encoder and generator, judged by small networks; and path length.

A swap takes the codes up to 16 pixels and the style maps from the target, the other codes from the
source. The first pair of the batch is one image twice, the second one two images.
"""

import math

import torch
from torch.nn import functional

from . import crops, discriminator, encoder, feature_networks, generator, stand_ins
from .generator import GeneratorSize
from .golden_file import GoldenFile
from .loss_recipes import norm_of_difference
from .network_recipes import about, draw_generator, encoder_scale

OBJECTIVE_SIZE = GeneratorSize(resolution=32, base=192, maximum=6)
OBJECTIVE_ENCODER = encoder.EncoderSize(
    input_resolution=32,
    stem_width=6,
    stages=((1, 6), (1, 8), (1, 8)),
    pyramid_width=6,
    levels=((4, 4), (8, 8), (16, 32)),
    code_width=6,
    map_width=4,
    map_resolutions=(8, 16),
    generator=OBJECTIVE_SIZE,
)
TARGET_UP_TO = 16
# Chosen so that no term drowns in the others: each makes at least a few percent of every gradient.
OBJECTIVE_WEIGHTS = {
    "identity": 0.1,
    "l1": 1.0,
    "lpips": 5.0,
    "adversarial": 4.0,
    "shape": 4.0,
    "pose": 5.0,
    "expression": 7.0,
}
R1_GAMMA = 100.0
R1_INTERVAL = 16

PATH_LENGTH_SIZE = GeneratorSize(resolution=16, base=64, maximum=6, latent=6)
PATH_LENGTH_MEAN = 0.4
PATH_LENGTH_DECAY = 0.01


def draw_parameters(file, prefix, shapes, scale_of):
    return {name: file.parameter(f"{prefix}/{name}", shape, *scale_of(name, shape)) for name, shape in shapes.items()}


def swapper_parameters(file):
    """Trained parameters of encoder and generator (and the encoder's stored statistics)."""
    def encoder_scale_of(name, shape):
        return (0.2, 1.0) if ".heads." in name and name.endswith(".bias") else encoder_scale(name, shape)

    def plain_scale_of(name, shape):
        return (0.3 if name.endswith(("bias", "torgb.weight")) else 1.0), 0.0

    synthesis = {
        name: shape
        for name, shape in generator.synthesis_shapes(OBJECTIVE_SIZE).items()
        if ".affine." not in name and not name.endswith("noise_strength")
    }
    return {
        "encoder": draw_parameters(file, "encoder", encoder.encoder_shapes(OBJECTIVE_ENCODER), encoder_scale_of),
        "generator": draw_parameters(file, "generator", synthesis, plain_scale_of),
        "discriminator": draw_parameters(
            file, "discriminator", discriminator.discriminator_shapes(OBJECTIVE_SIZE), plain_scale_of
        ),
    }


def swap(parameters, source, target):
    from_source, _ = encoder.encode(parameters["encoder"], source, OBJECTIVE_ENCODER)
    from_target, maps = encoder.encode(parameters["encoder"], target, OBJECTIVE_ENCODER)
    codes = {
        name: (from_target if resolution <= TARGET_UP_TO else from_source)[name]
        for name, resolution, *_ in OBJECTIVE_SIZE.layers()
    }
    return generator.synthesize(parameters["generator"], codes, ({}, maps), OBJECTIVE_SIZE)[OBJECTIVE_SIZE.resolution]


def judges(file):
    """identity, perceptual distance and coefficients as functions of images."""
    identity = stand_ins.draw(file, "identity", stand_ins.mobile_face_net_shapes())
    trunk = stand_ins.draw(file, "perceptual", stand_ins.squeeze_net_shapes())
    heads = stand_ins.draw(file, "perceptual", stand_ins.head_shapes())
    regressor = stand_ins.draw(file, "regressor", stand_ins.coefficient_shapes())
    return (
        lambda image: feature_networks.mobile_face_net(identity, crops.arc_face_crop(image)),
        lambda first, second: feature_networks.lpips(trunk, heads, first, second),
        lambda image: feature_networks.coefficients(regressor, crops.three_ddfa_crop(image)),
    )


def generator_terms(swapped, source, target, networks, verdict):
    embed, perceptual, regress = networks
    terms = {
        "identity": (1 - functional.cosine_similarity(embed(swapped), embed(source), dim=1)).mean(),
        "l1": (swapped - target).abs().mean(),
        "lpips": perceptual(swapped, target).mean(),
        "adversarial": functional.softplus(-verdict(swapped)).mean(),
    }
    drawn, wanted = regress(swapped), {"shape": regress(source), "pose": regress(target), "expression": regress(target)}
    for name, part in feature_networks.COEFFICIENT_PARTS.items():
        terms[name] = norm_of_difference(drawn[:, part], wanted[name][:, part])
    return terms


def objective_recipe():
    """Every term, both totals, and their gradients by every trained parameter."""
    settings = {**OBJECTIVE_ENCODER._asdict(), "generator": about(OBJECTIVE_SIZE), "narrow": stand_ins.NARROW}
    settings |= {"weights": OBJECTIVE_WEIGHTS, "targetUpTo": TARGET_UP_TO, "gamma": R1_GAMMA, "interval": R1_INTERVAL}
    file = GoldenFile("objective", 41, settings)
    parameters = swapper_parameters(file)
    networks = judges(file)
    shape = (1, 3, OBJECTIVE_SIZE.resolution, OBJECTIVE_SIZE.resolution)
    same, person, other = (file.input(name, shape, 0.5).detach() for name in ("same", "source", "target"))
    source, target = torch.cat([same, person]), torch.cat([same, other])
    swapped = file.keep("output", "swapped", swap(parameters, source, target))

    def verdict(image):
        return discriminator.discriminate(parameters["discriminator"], image, OBJECTIVE_SIZE)

    terms = generator_terms(swapped, source, target, networks, verdict)
    for name, value in terms.items():
        file.keep("output", name, value)
    total = file.keep("output", "total", sum(weight * terms[name] for name, weight in OBJECTIVE_WEIGHTS.items()))
    trained = {
        f"{network}/{name}": value
        for network in ("encoder", "generator")
        for name, value in parameters[network].items()
        if not (network == "encoder" and name.endswith(encoder.STORED))
    }
    file.gradients(total, trained)
    discriminator_gradients(file, parameters["discriminator"], swapped.detach(), target)
    return file


def discriminator_gradients(file, parameters, fake, real):
    """The discriminator's loss and R1 as one step would add them up."""
    real = real.detach().requires_grad_(True)
    logits = (discriminator.discriminate(parameters, image, OBJECTIVE_SIZE) for image in (real, fake))
    loss = file.keep("output", "discriminator", discriminator.discriminator_loss(*logits))
    r1 = file.keep("output", "r1", discriminator.r1(parameters, real, OBJECTIVE_SIZE, R1_GAMMA))
    total = file.keep("output", "discriminatorTotal", loss + R1_INTERVAL * r1)
    file.gradients(total, {f"discriminator/{name}": value for name, value in parameters.items()})


def latent_index(resolution, kind):
    """Which W+ latent a layer reads; toRGB shares its with the next convolution."""
    return 2 * (int(math.log2(resolution)) - 2) + {"conv0": -1, "conv1": 0, "torgb": 1}[kind]


def draw_from_latents(parameters, latents, size):
    """W+ [N layers latent] -> image."""
    codes = {}
    for name, resolution, kind, *_ in size.layers():
        affine = f"synthesis.{name}.affine."
        w = latents[:, latent_index(resolution, kind)]
        codes[name] = generator.linear(w, parameters[affine + "weight"], parameters[affine + "bias"])
    noises = {name: parameters[f"synthesis.{name}.noise_const"] for name, _, kind, *_ in size.layers() if kind != "torgb"}
    return generator.synthesize(parameters, codes, (noises, {}), size)[size.resolution]


def path_length_recipe():
    """z -> W+ -> lengths, new mean, penalty; gradients of the penalty (second order) by z and parameters."""
    size = PATH_LENGTH_SIZE
    file = GoldenFile("path-length", 42, {**about(size), "decay": PATH_LENGTH_DECAY, "mean": PATH_LENGTH_MEAN})
    parameters = draw_generator(file, size)
    layers = latent_index(size.resolution, "torgb") + 1
    z = file.input("z", (3, size.latent))
    noise = file.input("noise", (3, 3, size.resolution, size.resolution)).detach()
    latents = generator.mapping(parameters, z)[:, None].repeat(1, layers, 1)
    image = draw_from_latents(parameters, latents, size)
    (slopes,) = torch.autograd.grad((image * noise / size.resolution).sum(), latents, create_graph=True)
    lengths = file.keep("output", "lengths", slopes.square().sum(dim=2).mean(dim=1).sqrt())
    mean = file.keep("output", "mean", PATH_LENGTH_MEAN + PATH_LENGTH_DECAY * (lengths.mean() - PATH_LENGTH_MEAN))
    penalty = file.keep("output", "penalty", (lengths - mean).square().mean())
    shapes = generator.mapping_shapes(size) | generator.synthesis_shapes(size)
    # A bias of toRGB moves every image alike, so no length depends on it.
    reached = {name: parameters[name] for name in shapes if not name.endswith("torgb.bias")}
    file.gradients(penalty, {"z": z, **reached}, kind="second")
    return file


OBJECTIVE_RECIPES = {"objective": objective_recipe, "path-length": path_length_recipe}
