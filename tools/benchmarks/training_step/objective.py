"""The objective of encoder and generator, term by term as apps/trainer/src/training/swap-objective.ts has it."""

from mfim_golden import crops, discriminator, encoder, feature_networks, generator
from mfim_golden.layers import linear
from mfim_golden.loss_recipes import norm_of_difference
import torch
from torch.nn import functional

from .exchange import discriminator_size, encoder_size, generator_size, source_layers

UNIT_EPSILON = 1e-8


class Judges:
    """The fixed networks; batch norms are folded beforehand. A network without weights is absent."""

    def __init__(self, exchange, prepare):
        identity = feature_networks.folded(exchange.of("judge.identity/"), feature_networks.mobile_face_net_norms())
        regressor = exchange.of("judge.regressor/")
        if regressor:
            regressor = feature_networks.folded(regressor, feature_networks.coefficient_norms())
        self.identity = prepare(identity)
        self.perceptual = prepare(exchange.of("judge.perceptual/"))
        self.regressor = prepare(regressor)

    def embed(self, image):
        return feature_networks.mobile_face_net(self.identity, crops.arc_face_crop(image))

    def distance(self, first, second):
        return feature_networks.lpips(self.perceptual, self.perceptual, first, second)

    def regress(self, image):
        return feature_networks.coefficients(self.regressor, crops.three_ddfa_crop(image))


def cosine_distance(first, second):
    """Of unit vectors."""
    return (first - second).square().sum(dim=1).mean() / 2


def pooled(image, size):
    factor = image.shape[2] // size
    return functional.avg_pool2d(image, factor) if factor > 1 else image


def to_encoder_size(image, size):
    if image.shape[2] == size:
        return image
    return functional.interpolate(image, size=(size, size), mode="bilinear", align_corners=False)


class Objective:
    """Everything that stays the same from step to step."""

    def __init__(self, exchange, judges, convolve):
        self.config = exchange.config
        self.judges = judges
        self.convolve = convolve
        self.sizes = encoder_size(self.config), generator_size(self.config), discriminator_size(self.config)
        self.from_source = {layer[0] for layer in source_layers(self.config)}

    def swap(self, parameters, inputs):
        """(swapped images, the codes of the source that were used [N numbers])."""
        size, drawn, _ = self.sizes
        both = to_encoder_size(torch.cat([inputs["target"], inputs["source"]]), size.input_resolution)
        latents = encoder.latent_maps(parameters["encoder"], both, size)
        target, source = ({side: latent.chunk(2)[half] for side, latent in latents.items()} for half in (0, 1))
        identity = encoder.codes_from(parameters["encoder"], source, size, lambda layer: layer[0] in self.from_source)
        others = encoder.codes_from(parameters["encoder"], target, size, lambda layer: layer[0] not in self.from_source)
        codes = {name: (identity if name in self.from_source else others)[name] for name, *_ in drawn.layers()}
        maps = encoder.style_maps_from(parameters["encoder"], target, size)
        images = generator.synthesize(parameters["generator"], codes, ({}, maps), drawn, self.convolve)
        used = torch.cat([codes[name] for name, *_ in drawn.layers() if name in self.from_source], dim=1)
        return images[drawn.resolution], used

    def verdict(self, parameters, image):
        return discriminator.discriminate(parameters["discriminator"], image, self.sizes[2])

    def is_adversarial(self, step):
        weights = self.config["objective"]
        return weights["adversarial"] > 0 and step >= max(weights["adversarialFrom"], weights["probeOnlyUntil"])

    def is_identity(self, step):
        weights = self.config["objective"]
        return weights["identity"] > 0 and step >= weights["identityFrom"] and step % weights["identityInterval"] == 0

    def reconstruction(self, seen, inputs):
        weights = self.config["objective"]
        wanted = pooled(inputs["wanted"], weights["lossResolution"])
        share = inputs["same"].flatten() * (1 - weights["otherIdentity"]) + weights["otherIdentity"]
        terms = {}
        if weights["l1"] > 0:
            terms["l1"] = ((seen - wanted).abs().mean(dim=(1, 2, 3)) * share).mean()
        if weights["lpips"] > 0:
            terms["lpips"] = (self.judges.distance(seen, wanted) * share).mean()
        return terms

    def coefficients(self, seen, inputs):
        weights = self.config["objective"]
        wanted = [name for name in feature_networks.COEFFICIENT_PARTS if weights[name] > 0]
        if not wanted:
            return {}
        drawn = self.judges.regress(seen)
        source, target = (self.judges.regress(pooled(inputs[side], weights["lossResolution"])) for side in ("source", "target"))
        parts = feature_networks.COEFFICIENT_PARTS
        like = {"shape": source, "pose": target, "expression": target}
        return {name: norm_of_difference(drawn[:, parts[name]], like[name][:, parts[name]]) for name in wanted}

    def probe(self, parameters, codes):
        rows = linear(codes, parameters["probe"]["weight"], parameters["probe"]["bias"])
        return rows * torch.rsqrt(rows.square().sum(dim=1, keepdim=True) + UNIT_EPSILON)

    def evaluate(self, parameters, inputs, step):
        """(weighted total, terms by the trainer's names, swapped images)."""
        weights = self.config["objective"]
        swapped, codes = self.swap(parameters, inputs)
        seen = pooled(swapped, weights["lossResolution"])
        terms = self.reconstruction(seen, inputs)
        if weights["identityProbe"] > 0:
            terms["identityProbe"] = cosine_distance(self.probe(parameters, codes), inputs["sourceIdentity"])
        if self.is_identity(step):
            terms["identity"] = cosine_distance(self.judges.embed(seen), inputs["sourceIdentity"])
        terms |= self.coefficients(seen, inputs)
        if self.is_adversarial(step):
            terms["adversarial"] = functional.softplus(-self.verdict(parameters, swapped)).mean()
        factor = {"identity": weights["identityInterval"]}
        return sum(weights[name] * factor.get(name, 1) * value for name, value in terms.items()), terms, swapped
