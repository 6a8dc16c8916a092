"""Morphable models in the formats of FLAME, 3DDFA_V2 and Deep3DFaceRecon, small and random, with heads that their own formulas make of them."""

import pickle

import numpy
import torch

from ..draws import Draws
from . import flame

SEED, VERTICES, BATCH = 51, 40, 3


def drawn(name, shape, scale=1.0):
    return Draws(SEED).normal(name, shape, scale).detach()


def write_flame(folder, _full):
    """generic_model.pkl, and DECA's landmarks beside it."""
    head = flame.random_head(SEED, VERTICES)
    embedding = flame.random_embedding(SEED, len(head["f"]))
    flame.write_pickle(head, folder / "flame.pkl")
    numpy.savez(folder / "flame-landmarks.npz", **embedding)
    shape, expression = drawn("identity", (BATCH, flame.SHAPES)), drawn("expression", (BATCH, flame.EXPRESSIONS))
    # Yaws to either side of 0, and one beyond the table.
    joints = drawn("joints", (BATCH, 3 * len(flame.PARENTS)), 0.2)
    joints[:, 1] = torch.tensor([0.3, -0.25, 0.9])
    inputs = [tensor.float() for tensor in (shape, expression, joints)]
    shape, expression, joints = (tensor.double() for tensor in inputs)
    vertices = flame.skinned(head, shape, expression, joints)
    seen = torch.cat([flame.contour(head, embedding, vertices, joints), flame.points(head, embedding, "static_lmk", vertices)], 1)
    landmarks = flame.points(head, embedding, "full_lmk", vertices)
    names = ("input.identity", "input.expression", "input.joints")
    return dict(zip(names, inputs)) | {"output.vertices": vertices, "output.landmarks": landmarks, "output.contour": seen}


def basel_golden(arrays, mean, sizes):
    """Of a model from `basel_head` and its mean as the origin uses it."""
    _, shapes, expressions, _, landmarks = arrays
    coefficients = [drawn(name, (BATCH, size)) for name, size in zip(("identity", "expression"), sizes)]
    vertices = flame.linear_head(mean, shapes.astype(numpy.float32).astype(numpy.float64), expressions.astype(numpy.float32).astype(numpy.float64), coefficients)
    inputs = dict(zip(("input.identity", "input.expression"), coefficients))
    return inputs | {"output.vertices": vertices, "output.landmarks": vertices[:, torch.from_numpy(landmarks)]}


def write_three_ddfa_bfm(folder, _full):
    """bfm_noneck_v3.pkl: columns, landmarks as places of flattened coordinates, triangles as columns."""
    sizes = (6, 4)
    arrays = flame.basel_head(SEED, VERTICES, *sizes)
    mean, shapes, expressions, triangles, landmarks = arrays
    places = (landmarks[:, None] * 3 + numpy.arange(3)).reshape(-1)
    content = {"u": mean[:, None].astype(numpy.float32), "w_shp": shapes.astype(numpy.float32), "w_exp": expressions.astype(numpy.float32), "keypoints": places, "tri": triangles.T.astype(numpy.int32)}
    with open(folder / "bfm-3ddfa-v2.pkl", "wb") as file:
        pickle.dump(content, file)
    return basel_golden(arrays, mean, sizes)


def write_deep_3d_bfm(folder, _full):
    """BFM_model_front.mat saved again by numpy: indices from 1, a mean that the origin centres."""
    sizes = (5, 7)
    arrays = flame.basel_head(SEED + 1, VERTICES, *sizes)
    mean, shapes, expressions, triangles, landmarks = arrays
    content = {"meanshape": mean[None].astype(numpy.float32), "idBase": shapes.astype(numpy.float32), "exBase": expressions.astype(numpy.float32), "tri": triangles + 1, "keypoints": landmarks[None] + 1}
    numpy.savez(folder / "bfm-deep3d-arrays.npz", **content)
    centred = mean.reshape(-1, 3) - mean.reshape(-1, 3).mean(axis=0)
    return basel_golden(arrays, centred.reshape(-1), sizes)


BASIS_FILES = {"flame": write_flame, "bfm-3ddfa-v2": write_three_ddfa_bfm, "bfm-deep3d": write_deep_3d_bfm}
