"""One golden file: named tensors of five kinds, float32, and the recipe in the metadata.

parameter.* and input.*: what goes in. output.*: what comes out. probe.*: the weights of the scalar
sum(output * probe), whose derivative by a parameter or input is gradient.*.
"""

import json

import torch
from safetensors.torch import save_file

from .draws import Draws


class GoldenFile:
    """Collects the tensors of one recipe."""

    def __init__(self, recipe, seed, about):
        self.draws = Draws(seed)
        self.tensors = {}
        self.about = {"recipe": recipe, "seed": str(seed), "config": json.dumps(about)}

    def keep(self, kind, name, tensor):
        self.tensors[f"{kind}.{name}"] = tensor.detach().to(torch.float32).contiguous().clone()
        return tensor

    def input(self, name, shape, scale=1.0, shift=0.0):
        return self.keep("input", name, self.draws.normal(name, shape, scale, shift))

    def parameter(self, name, shape, scale=1.0, shift=0.0):
        return self.keep("parameter", name, self.draws.normal(name, shape, scale, shift))

    def probe(self, name, output):
        """Stores an output and returns sum(output * probe)."""
        self.keep("output", name, output)
        probe = self.keep("probe", name, self.draws.normal(f"probe.{name}", output.shape))
        return (output * probe.detach()).sum()

    def gradients(self, scalar, tensors, kind="gradient", **options):
        """Stores the derivative of the scalar by each named tensor."""
        for name, gradient in zip(tensors, torch.autograd.grad(scalar, list(tensors.values()), **options)):
            self.keep(kind, name, gradient)

    def write(self, path):
        save_file(self.tensors, str(path), {**self.about, "torch": torch.__version__.partition("+")[0]})
