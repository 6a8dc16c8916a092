"""Recipes for the feature networks with their published weights, which lie beside the checkout.

The image for MobileFaceNet has 28x28 random pixels, each drawn as a 4x4 square: a small file for a
large input. Not so for LPIPS, whose max pooling would have ties in the squares.
"""

import pathlib

from torch.nn import functional

from . import crops, feature_networks
from .golden_file import GoldenFile

WEIGHTS = pathlib.Path(__file__).resolve().parents[5] / "shared" / "data" / "weights"
SQUARE = 4


def enlarge(image):
    return functional.interpolate(image, scale_factor=SQUARE, mode="nearest")


def mobile_face_net_recipe():
    """An image -> unit vector, and the gradient by the small image."""
    state = feature_networks.load_state(WEIGHTS / "mobilefacenet" / "mobilefacenet.pt")
    file = GoldenFile("mobile-face-net", 21, {"square": SQUARE})
    small = file.input("image", (1, 3, 28, 28), 0.5)
    scalar = file.probe("embedding", feature_networks.mobile_face_net(state, enlarge(small)))
    file.gradients(scalar, {"image": small})
    return file


def lpips_recipe():
    """Distances of two pairs of one size, all taps of the first image, gradients by both images."""
    folder = WEIGHTS / "lpips"
    trunk = feature_networks.load_state(folder / "squeezenet1_1-features.pth")
    heads = feature_networks.load_state(folder / "v0.1-squeeze.pth")
    file = GoldenFile("lpips-squeeze", 22, {})
    first = file.input("first", (2, 3, 24, 33), 0.5)
    second = file.input("second", (2, 3, 24, 33), 0.5)
    for index, tap in enumerate(feature_networks.squeeze_net_taps(trunk, first)):
        file.keep("output", f"tap{index}", tap[:, ::7])
    scalar = file.probe("distance", feature_networks.lpips(trunk, heads, first, second))
    file.gradients(scalar, {"first": first, "second": second})
    return file


def three_ddfa_recipe():
    """Coefficients of a 120-pixel face and of an FFHQ-aligned one through the crop; gradients by both images."""
    state = feature_networks.load_state(WEIGHTS / "3ddfa-v2" / "mb05_120x120.pth", "module.")
    file = GoldenFile("three-ddfa", 23, {"square": SQUARE})
    face, aligned = file.input("face", (1, 3, 30, 30), 0.5), file.input("aligned", (2, 3, 40, 40), 0.5)
    scalar = file.probe("face", feature_networks.coefficients(state, enlarge(face)))
    scalar = scalar + file.probe("aligned", feature_networks.coefficients(state, crops.three_ddfa_crop(aligned)))
    file.gradients(scalar, {"face": face, "aligned": aligned})
    return file


FEATURE_RECIPES = {
    "mobile-face-net": mobile_face_net_recipe,
    "lpips-squeeze": lpips_recipe,
    "three-ddfa": three_ddfa_recipe,
}
