"""What `mfim-train bench` hands over: the trainer's config, all weights, the networks that judge, and one batch.

One safetensors file; layouts are PyTorch's, names those of tools/golden. Tensors: parameter.<network>/<name>,
buffer.encoder/<name>, judge.<network>/<name>, input.<name>; the metadata holds `config` (JSON).
"""

import json
import math

from mfim_golden.discriminator import discriminator_shapes
from mfim_golden.encoder import STORED, EncoderSize, encoder_shapes
from mfim_golden.generator import GeneratorSize, synthesis_shapes
from safetensors import safe_open

SWAPPER = ("encoder", "generator", "probe")
NETWORKS = (*SWAPPER, "discriminator")
# Fields of the trainer's config that this step does not know, and what says that they are off.
OFF = {
    "frozen": lambda config: not config["frozen"],
    "encoder.softening": lambda config: config["encoder"].get("softening") is None,
    "objective.faceL1": lambda config: config["objective"]["faceL1"] == 0,
    "objective.faceLpips": lambda config: config["objective"]["faceLpips"] == 0,
    "objective.codeSpread": lambda config: config["objective"]["codeSpread"] == 0,
    "weights.openFace": lambda config: config["weights"].get("openFace") is None,
    "objective.identityScales": lambda config: set(config["objective"]["identityScales"].values()) == {1},
}


class ExchangeError(Exception):
    """Something in the file is not as this step needs it."""


def generator_size(config):
    return GeneratorSize(config["generator"]["resolution"], **config["generator"]["channels"])


def discriminator_size(config):
    return GeneratorSize(config["generator"]["resolution"], **config["discriminator"]["channels"])


def encoder_size(config):
    encoder = config["encoder"]
    return EncoderSize(
        input_resolution=encoder["inputResolution"],
        stem_width=encoder["stemWidth"],
        stages=tuple((stage["units"], stage["width"]) for stage in encoder["stages"]),
        pyramid_width=encoder["pyramidWidth"],
        levels=tuple((level["resolution"], level["codesUpTo"]) for level in encoder["levels"]),
        code_width=encoder["codeWidth"],
        map_width=encoder["mapWidth"],
        map_resolutions=tuple(encoder["mapResolutions"]),
        generator=generator_size(config),
    )


def source_layers(config):
    """The generator's layers whose codes come from the source."""
    return [layer for layer in generator_size(config).layers() if layer[1] > config["split"]["targetUpTo"]]


def trained_shapes(config):
    """What this side takes the networks to be, from the config alone."""
    encoder = encoder_shapes(encoder_size(config), config["encoder"].get("normaliseCodes") is True)
    codes = sum(width for _, _, _, width, _ in source_layers(config))
    probe = config["identityWidth"]
    return {
        "encoder": {name: shape for name, shape in encoder.items() if not name.endswith(STORED)},
        "generator": {name: shape for name, shape in synthesis_shapes(generator_size(config)).items() if ".affine." not in name},
        "probe": {"weight": (probe, codes), "bias": (probe,)},
        "discriminator": discriminator_shapes(discriminator_size(config)),
    }


class Exchange:
    """The file, checked, in its own numbers or in others: every network has exactly the tensors that the config asks for."""

    def __init__(self, path, device, dtype=None):
        with safe_open(path, "pt", device=str(device)) as file:
            self.config = json.loads(file.metadata()["config"])
            self.tensors = {name: file.get_tensor(name).to(dtype) for name in file.keys()}
        unknown = [field for field, is_off in OFF.items() if not is_off(self.config)]
        if unknown:
            raise ExchangeError(f"expected a config without {', '.join(unknown)}, which this step does not have; choose another config")
        for network, shapes in trained_shapes(self.config).items():
            self.check(network, shapes)

    def of(self, prefix):
        return {name.removeprefix(prefix): value for name, value in self.tensors.items() if name.startswith(prefix)}

    def check(self, network, expected):
        got = {name: tuple(value.shape) for name, value in self.of(f"parameter.{network}/").items()}
        wrong = sorted(name for name in expected.keys() | got.keys() if expected.get(name) != got.get(name))
        if wrong:
            first = wrong[0]
            raise ExchangeError(f"{network}: expected {first} {expected.get(first)}, got {got.get(first)} (and {len(wrong) - 1} more)")

    def counts(self):
        """Trained numbers as this side counts them."""
        numbers = {
            network: sum(math.prod(shape) for shape in shapes.values()) for network, shapes in trained_shapes(self.config).items()
        }
        return {"encoder and generator": sum(numbers[name] for name in SWAPPER), "discriminator": numbers["discriminator"]}
