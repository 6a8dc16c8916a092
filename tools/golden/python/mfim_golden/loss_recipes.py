"""Recipes for the loss terms, written from their formulas."""

import torch
from torch.nn import functional

from .golden_file import GoldenFile

WEIGHTS = {"identity": 7.0, "l1": 3.0, "adversarial": 1.0, "shape": 0.5, "pose": 0.25, "expression": 2.0}


def norm_of_difference(first, second):
    return torch.linalg.vector_norm(first - second, dim=1).mean()


def losses_recipe():
    """Every term, its gradients, and the gradients of the weighted total."""
    file = GoldenFile("losses", 31, {"weights": WEIGHTS})
    swapped, target = (file.input(name, (2, 3, 6, 6), 0.5) for name in ("swapped", "target"))
    drawn, person = (file.input(name, (3, 8)) for name in ("identity.swapped", "identity.source"))
    fake, real = (file.input(name, (5, 1)) for name in ("fake", "real"))
    terms = {
        "l1": (swapped - target).abs().mean(),
        "identity": (1 - functional.cosine_similarity(drawn, person, dim=1)).mean(),
        "adversarial": functional.softplus(-fake).mean(),
        "discriminator": functional.softplus(fake).mean() + functional.softplus(-real).mean(),
    }
    inputs = {"swapped": swapped, "target": target, "identity.swapped": drawn, "identity.source": person, "fake": fake}
    for name, width in (("shape", 10), ("pose", 3), ("expression", 6)):
        first, second = (file.input(f"{name}.{side}", (3, width)) for side in ("first", "second"))
        inputs |= {f"{name}.first": first, f"{name}.second": second}
        terms[name] = norm_of_difference(first, second)
    for name, value in terms.items():
        file.keep("output", name, value)
    verdicts = {"discriminator.fake": fake, "discriminator.real": real}
    file.gradients(terms["discriminator"], verdicts, retain_graph=True)
    total = file.keep("output", "total", sum(weight * terms[name] for name, weight in WEIGHTS.items()))
    file.gradients(total, inputs)
    return file
