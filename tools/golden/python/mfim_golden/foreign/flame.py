"""A small head in the format of FLAME's generic_model.pkl, and FLAME's own mathematics: blend shapes, joints, linear blend skinning, landmarks.

The pickle names classes of chumpy and scipy, which are not installed: stand-ins with the same names and states are pickled.
"""

import pickle
import sys
import types

import numpy
import torch

from ..draws import Draws

# Root, neck, jaw, left eye, right eye; FLAME's 300 shape and 100 expression directions, 36 pose corrections of the four inner joints.
PARENTS = (-1, 0, 1, 1, 1)
SHAPES, EXPRESSIONS, CORRECTIONS = 300, 100, 36
ROOT_PARENT = 4294967295
# A table row a degree: 0 to 39 to one side, then 1 to 39 to the other.
YAW_ROWS, LARGEST_YAW = 79, 39
CONTOUR, INNER, ALL = 17, 51, 68


def stand_in(module, name):
    """A class that pickles under another's name."""
    parts = module.split(".")
    for index in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:index]), types.ModuleType(".".join(parts[:index])))
    if not hasattr(sys.modules[module], name):
        setattr(sys.modules[module], name, type(name, (), {"__module__": module}))
    return getattr(sys.modules[module], name)


def chumpy(array):
    made = stand_in("chumpy.ch", "Ch")()
    made.x = array
    return made


def sparse(array):
    """A matrix in compressed columns."""
    made = stand_in("scipy.sparse.csc", "csc_matrix")()
    columns = [numpy.flatnonzero(array[:, column]) for column in range(array.shape[1])]
    made._shape, made.maxprint, made.format = array.shape, 50, "csc"
    made.indices = numpy.concatenate(columns).astype(numpy.int32)
    made.indptr = numpy.cumsum([0, *map(len, columns)]).astype(numpy.int32)
    made.data = numpy.concatenate([array[rows, column] for column, rows in enumerate(columns)])
    return made


def random_head(seed, vertices):
    """Arrays under FLAME's names, float64 as its file has them. Triangles are a strip."""
    draws = Draws(seed)
    draw = lambda name, shape, scale: draws.normal(name, shape, scale).detach().numpy()  # noqa: E731
    weights = numpy.abs(draw("weights", (vertices, len(PARENTS)), 1.0))
    regressor = numpy.where(numpy.abs(draw("sparsity", (len(PARENTS), vertices), 1.0)) > 1, numpy.abs(draw("regressor", (len(PARENTS), vertices), 1.0)), 0)
    return {
        "v_template": draw("template", (vertices, 3), 0.1),
        "shapedirs": draw("shapes", (vertices, 3, SHAPES + EXPRESSIONS), 0.01),
        "posedirs": draw("poses", (vertices, 3, CORRECTIONS), 0.01),
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "kintree_table": numpy.array([[ROOT_PARENT, *PARENTS[1:]], range(len(PARENTS))], dtype=numpy.int64),
        "f": numpy.stack([numpy.arange(vertices - 2) + step for step in range(3)], axis=1).astype(numpy.uint32),
    }


def random_embedding(seed, triangles):
    """Landmarks under the names of DECA's landmark_embedding.npy."""
    draws, generator = Draws(seed), numpy.random.default_rng(seed)
    result = {}
    for name, shape in {"static_lmk": (INNER,), "dynamic_lmk": (YAW_ROWS, CONTOUR), "full_lmk": (1, ALL)}.items():
        corners = numpy.abs(draws.normal(name, (*shape, 3)).detach().numpy())
        result[f"{name}_faces_idx"] = generator.integers(0, triangles, shape)
        result[f"{name}_bary_coords"] = corners / corners.sum(axis=-1, keepdims=True)
    return result


def rotations(vectors):
    """Rodrigues' formula with FLAME's epsilon: [N 3] -> [N 3 3]."""
    angle = (vectors + 1e-8).norm(dim=1, keepdim=True)
    x, y, z = (vectors / angle).unbind(1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).reshape(-1, 3, 3)
    sine, cosine = angle.sin()[..., None], angle.cos()[..., None]
    return torch.eye(3, dtype=vectors.dtype) + sine * cross + (1 - cosine) * cross @ cross


def skinned(head, shape, expression, pose):
    """shape [N S], expression [N E], pose [N 15] -> vertices [N V 3]."""
    tensors = {name: torch.from_numpy(head[name].astype(numpy.float64)) for name in ("v_template", "shapedirs", "posedirs", "J_regressor", "weights")}
    directions = torch.cat([tensors["shapedirs"][..., : shape.shape[1]], tensors["shapedirs"][..., SHAPES : SHAPES + expression.shape[1]]], 2)
    shaped = tensors["v_template"] + torch.einsum("nk,vck->nvc", torch.cat([shape, expression], 1), directions)
    joints = torch.einsum("jv,nvc->njc", tensors["J_regressor"], shaped)
    turns = rotations(pose.reshape(-1, 3)).reshape(len(pose), len(PARENTS), 3, 3)
    corrections = (turns[:, 1:] - torch.eye(3, dtype=pose.dtype)).reshape(len(pose), -1)
    posed = shaped + torch.einsum("nk,vck->nvc", corrections, tensors["posedirs"])
    world = []
    for joint, parent in enumerate(PARENTS):
        local = torch.eye(4, dtype=pose.dtype).repeat(len(pose), 1, 1)
        local[:, :3, :3] = turns[:, joint]
        local[:, :3, 3] = joints[:, joint] - (joints[:, parent] if parent >= 0 else 0)
        world.append(world[parent] @ local if parent >= 0 else local)
    moved = [matrix.clone() for matrix in world]
    for joint, matrix in enumerate(moved):
        matrix[:, :3, 3] -= (world[joint][:, :3, :3] @ joints[:, joint, :, None])[..., 0]
    blended = torch.einsum("vj,njab->nvab", tensors["weights"], torch.stack(moved, 1))
    homogeneous = torch.cat([posed, torch.ones_like(posed[..., :1])], 2)
    return (blended @ homogeneous[..., None])[..., :3, 0]


def points(head, embedding, name, vertices):
    """Landmarks [N L 3] of triangles and weights [L], [L 3], or of each face its own."""
    faces = torch.from_numpy(head["f"].astype(numpy.int64))
    indices, weights = torch.from_numpy(embedding[f"{name}_faces_idx"]), torch.from_numpy(embedding[f"{name}_bary_coords"])
    return torch.einsum("nlkc,lk->nlc", vertices[:, faces[indices.reshape(-1)]], weights.reshape(-1, 3))


def yaw_rows(pose):
    """Which row of the contour's table: the head's yaw against the camera, in whole degrees; negative ones from 40 on."""
    turns = rotations(pose[:, :6].reshape(-1, 3)).reshape(-1, 2, 3, 3)
    relative = turns[:, 0] @ turns[:, 1]
    yaw = torch.atan2(-relative[:, 2, 0], (relative[:, 0, 0] ** 2 + relative[:, 1, 0] ** 2).sqrt())
    degrees = (yaw * 180 / numpy.pi).clamp(max=LARGEST_YAW).round().long()
    return torch.where(degrees < -LARGEST_YAW, YAW_ROWS - 1, torch.where(degrees < 0, LARGEST_YAW - degrees, degrees))


def contour(head, embedding, vertices, pose):
    """The 17 points of the visible contour, [N 17 3]."""
    rows = yaw_rows(pose)
    faces = torch.from_numpy(head["f"].astype(numpy.int64))[torch.from_numpy(embedding["dynamic_lmk_faces_idx"])[rows]]
    weights = torch.from_numpy(embedding["dynamic_lmk_bary_coords"])[rows]
    corners = torch.stack([mesh[face] for mesh, face in zip(vertices, faces)])
    return (corners * weights[..., None]).sum(2)


def write_pickle(head, path):
    """Protocol 2, as the file of 2020, with chumpy's and scipy's objects where it has them."""
    content = dict(head, v_template=chumpy(head["v_template"]), shapedirs=chumpy(head["shapedirs"]), J_regressor=sparse(head["J_regressor"]))
    content |= {"bs_style": "lbs", "bs_type": "lrotmin", "J": head["J_regressor"] @ head["v_template"]}
    with open(path, "wb") as file:
        pickle.dump(content, file, protocol=2)


def basel_head(seed, vertices, shapes, expressions):
    """Arrays of a linear model: mean [3V], bases [3V S] and [3V E], triangles [T 3] and 68 landmarks, from 0."""
    draws, generator = Draws(seed), numpy.random.default_rng(seed)
    draw = lambda name, shape: draws.normal(name, shape).detach().numpy()  # noqa: E731
    triangles = numpy.stack([numpy.arange(vertices - 2) + step for step in range(3)], axis=1)
    return draw("mean", (3 * vertices,)), draw("shapes", (3 * vertices, shapes)), draw("expressions", (3 * vertices, expressions)), triangles, generator.integers(0, vertices, ALL)


def linear_head(mean, shapes, expressions, coefficients):
    """coefficients: identity [N S], expression [N E] -> vertices [N V 3]."""
    identity, expression = (part.detach().numpy() for part in coefficients)
    return torch.from_numpy((mean + identity @ shapes.T + expression @ expressions.T).reshape(len(identity), -1, 3))
