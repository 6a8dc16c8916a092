"""Small sound weight files of every format, written by the libraries that write them in the field.

Run:  python tools/golden/checkpoint_corpus/sound.py packages/checkpoints/test/corpus/sound
Made with torch 2.15, numpy 2.4, h5py 3.16, onnx 1.23, safetensors 0.8. What they hold is written to expected.json beside them.
"""
import collections
import io
import json
import pathlib
import pickle
import sys
import types
import zipfile

import h5py
import numpy
import onnx
import onnx.helper
import onnx.numpy_helper
import safetensors.torch
import torch

FOLDER = pathlib.Path(sys.argv[1])
EXPECTED = {}
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float8_e5m2: "F8_E5M2",
    torch.float8_e4m3fn: "F8_E4M3", torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
    torch.uint64: "U64", torch.uint32: "U32", torch.uint16: "U16", torch.uint8: "U8", torch.bool: "BOOL",
}


def expect(file, tensors):
    entries = {}
    for name, tensor in tensors.items():
        value = tensor.detach() if isinstance(tensor, torch.Tensor) else torch.from_numpy(numpy.ascontiguousarray(tensor).astype(tensor.dtype.newbyteorder("=")).copy())
        entries[name] = {"dtype": NAMES[value.dtype], "shape": list(tensor.shape), "values": value.to(torch.float64).flatten().tolist()}
    EXPECTED[file] = entries


def write(file, content, tensors):
    (FOLDER / file).write_bytes(content)
    expect(file, tensors)


def numbers(*shape, start=0, dtype=torch.float32):
    count = int(numpy.prod(shape)) if shape else 1
    return (torch.arange(count, dtype=torch.float32) + start).to(dtype).reshape(shape)


def saved(value, legacy=False):
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


# Every number format, views on one storage, whole modules.

ALL_TYPES = {name.lower(): numbers(2, start=1, dtype=dtype) for dtype, name in NAMES.items()}
write("types.pt", saved(ALL_TYPES), ALL_TYPES)
write("types.safetensors", safetensors.torch.save(ALL_TYPES, {"format": "pt"}), ALL_TYPES)

base = numbers(3, 4)
views = {"transposed": base.t(), "tail": base.flatten()[5:], "column": base[:, 1], "broadcast": numbers(1, 2).expand(3, 2)}
write("views.pt", saved(views), views)
write("views.pth", saved(views, legacy=True), views)

module = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(1, 2, 1, bias=False), norm=torch.nn.BatchNorm2d(2)))
with torch.no_grad():
    module.conv.weight.copy_(numbers(2, 1, 1, 1))
write("module.pt", saved(module), module.state_dict())


class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
        self.register_buffer("mean", numbers(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x - self.mean) + torch.ones(3)


scripted = Scripted()
with torch.no_grad():
    scripted.layer.weight.copy_(numbers(1, 2))
    scripted.layer.bias.fill_(7)
buffer = io.BytesIO()
torch.jit.save(torch.jit.script(scripted), buffer)
write("torchscript.pt", buffer.getvalue(), scripted.state_dict())


# Storages that are parts of others, as PyTorch before 0.4 saved them.

class OldView:
    def __init__(self, size, view):
        self.id = ("storage", torch.FloatStorage, "root", "cpu", size, view)


class OldTensor:
    def __init__(self, storage, shape):
        self.call = (torch._utils._rebuild_tensor, (storage, 0, shape, (1,)))

    def __reduce__(self):
        return self.call


class OldPickler(pickle._Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, OldView) else None


def old_file():
    buffer = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}):
        buffer.write(pickle.dumps(value, 2))
    whole = OldTensor(OldView(6, None), (6,))
    part = OldTensor(OldView(6, ("part", 2, 3)), (3,))
    OldPickler(buffer, 2).dump({"whole": whole, "part": part})
    buffer.write(pickle.dumps(["root"], 2))
    buffer.write((6).to_bytes(8, "little") + numbers(6).numpy().tobytes())
    return buffer.getvalue()


write("old-views.pth", old_file(), {"whole": numbers(6), "part": numbers(3, start=2)})


# NVIDIA's pickles: torch_utils.persistence and dnnlib, as far as they shape the file.

def stand_in(name, **content):
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    for key, value in content.items():
        value.__module__, value.__qualname__ = name, key
        setattr(sys.modules[name], key, value)


class EasyDict(dict):
    pass


def _reconstruct_persistent_obj(meta):
    raise RuntimeError("never called here")


stand_in("dnnlib.util", EasyDict=EasyDict)
stand_in("torch_utils.persistence", _reconstruct_persistent_obj=_reconstruct_persistent_obj)


class Persistent(torch.nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        self._init_kwargs = EasyDict(kwargs)

    def __reduce__(self):
        state = {**self.__dict__, "_init_args": (), "_init_kwargs": self._init_kwargs}
        meta = dict(type="class", version=6, module_src="raise SystemExit('the embedded source was run')", class_name=type(self).__name__, state=state)
        return _reconstruct_persistent_obj, (meta,), None


class SynthesisLayer(Persistent):
    def __init__(self, start):
        super().__init__(resolution=4)
        self.weight = torch.nn.Parameter(numbers(2, 1, 3, 3, start=start))
        self.noise_strength = torch.nn.Parameter(numbers())
        self.register_buffer("noise_const", numbers(4, 4))
        self.bias = None


class SynthesisNetwork(Persistent):
    def __init__(self):
        super().__init__(img_resolution=4)
        self.b4 = torch.nn.ModuleDict({"conv1": SynthesisLayer(5)})


class Generator(Persistent):
    def __init__(self):
        super().__init__(z_dim=512, img_resolution=4)
        self.z_dim = 512
        self.synthesis = SynthesisNetwork()


generator = Generator()
snapshot = dict(G_ema=generator, training_set_kwargs=EasyDict(path="faces.zip", resolution=4))
nvidia = {f"G_ema.{name}": tensor for name, tensor in generator.state_dict().items()}
write("nvidia.pkl", pickle.dumps(snapshot), nvidia)
write("nvidia-protocol-2.pkl", pickle.dumps(snapshot, 2), nvidia)


# NumPy: files, archives, pickles of every protocol, column-major and big-endian; Python 2's FLAME with chumpy and scipy.

array = numpy.arange(6, dtype="<f4").reshape(2, 3)
arrays = {"plain": array, "columns": numpy.asfortranarray(array), "big": array.astype(">f8"), "ints": numpy.arange(3, dtype="i2"), "scalar": numpy.float32(4)}
arrays["scalar"] = numpy.array(4, "f4")
for name, save in (("numpy.npz", numpy.savez), ("numpy-compressed.npz", numpy.savez_compressed)):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    write(name, buffer.getvalue(), arrays)
buffer = io.BytesIO()
numpy.save(buffer, numpy.asfortranarray(array.astype(">f4")))
write("columns-big-endian.npy", buffer.getvalue(), {"": array})
for protocol in (0, 1, 2, 4, 5):
    write(f"numpy-protocol-{protocol}.pkl", pickle.dumps(arrays, protocol), arrays)


class Ch:
    def __init__(self, x):
        self.x = x


class csc_matrix:
    def __init__(self, data, indices):
        self.data, self.indices, self._shape = data, indices, (2, 3)


stand_in("chumpy.ch", Ch=Ch)
stand_in("scipy.sparse.csc", csc_matrix=csc_matrix)
flame = {"shapedirs": Ch(array), "f": numpy.arange(6, dtype="u4").reshape(2, 3), "J_regressor": csc_matrix(numpy.ones(2), numpy.array([0, 2], "i4")), "bs_type": "lrotmin"}
flame_tensors = {"shapedirs.x": array, "f": flame["f"], "J_regressor.data": numpy.ones(2), "J_regressor.indices": numpy.array([0, 2], "i4")}
write("flame.pkl", pickle.dumps(flame, 2), flame_tensors)


# ONNX: raw and typed data, a Constant node, a file beside the model.

def typed(name, kind, values):
    return onnx.helper.make_tensor(name, kind, [len(values)], values)


halves = numpy.array([0.5, 1.5], "f2")
initializers = [
    onnx.numpy_helper.from_array(array, "raw"),
    typed("floats", onnx.TensorProto.FLOAT, [1.5, -2.0]),
    typed("doubles", onnx.TensorProto.DOUBLE, [1.5, -2.0]),
    typed("int8", onnx.TensorProto.INT8, [3, -4]),
    typed("int32", onnx.TensorProto.INT32, [3, -4]),
    typed("int64", onnx.TensorProto.INT64, [3, -4]),
    typed("uint64", onnx.TensorProto.UINT64, [3, 4]),
    onnx.TensorProto(name="halves", data_type=onnx.TensorProto.FLOAT16, dims=[2], int32_data=halves.view("u2").tolist()),
]
onnx_tensors = {
    "raw": array, "floats": numpy.array([1.5, -2], "f4"), "doubles": numpy.array([1.5, -2]), "int8": numpy.array([3, -4], "i1"),
    "int32": numpy.array([3, -4], "i4"), "int64": numpy.array([3, -4]), "uint64": numpy.array([3, 4], "u8"), "halves": halves, "constant": numpy.array([9], "f4"),
}
constant = onnx.helper.make_node("Constant", [], ["constant"], value=onnx.numpy_helper.from_array(numpy.array([9], "f4")))
output = onnx.helper.make_tensor_value_info("constant", onnx.TensorProto.FLOAT, [1])
model = onnx.helper.make_model(onnx.helper.make_graph([constant], "corpus", [], [output], initializers), producer_name="corpus")
write("model.onnx", model.SerializeToString(), onnx_tensors)

outside = onnx.TensorProto(name="outside", data_type=onnx.TensorProto.FLOAT, dims=[2, 3], data_location=onnx.TensorProto.EXTERNAL)
for key, value in (("location", "external.data"), ("offset", "4"), ("length", "24")):
    outside.external_data.add(key=key, value=value)
model = onnx.helper.make_model(onnx.helper.make_graph([constant], "corpus", [], [output], [outside]))
write("external.onnx", model.SerializeToString(), {"outside": array, "constant": numpy.array([9], "f4")})
(FOLDER / "external.data").write_bytes(bytes(4) + array.tobytes())


# HDF5, as Keras 2 and 3 lay it out: symbol tables, link messages, links in a heap, chunks with every usual filter.

def keras(layers, others=(), chunks=False, **options):
    buffer = io.BytesIO()
    tensors = {}
    with h5py.File(buffer, "w", **options) as file:
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [f"dense_{index}".encode() for index in range(layers)]
        for index in range(layers):
            kernel = numpy.arange(6, dtype="f4").reshape(2, 3) + index
            weights[f"dense_{index}/dense_{index}/kernel:0"] = kernel
            tensors[f"model_weights.dense_{index}.dense_{index}.kernel:0"] = kernel
        for name, value in others:
            file[name] = tensors[name] = value
        chunked = numpy.arange(35, dtype="f4").reshape(5, 7)
        if chunks:
            file.create_dataset("chunked", data=chunked, chunks=(2, 3), compression="gzip", shuffle=True, fletcher32=True)
            tensors["chunked"] = chunked
    return buffer.getvalue(), tensors


OTHERS = (("half", numpy.arange(3, dtype="f2")), ("big", numpy.arange(3, dtype=">f8")), ("ints", numpy.arange(3, dtype="i2")), ("scalar", numpy.array(5, "f4")))
write("keras.h5", *keras(1, OTHERS, chunks=True, libver="earliest"))
write("keras-small.h5", *keras(0, OTHERS[:1], libver="earliest"))
write("keras-small-links.h5", *keras(0, OTHERS[:1], libver="v108"))
write("keras-links.h5", *keras(2, OTHERS, chunks=True, libver="v108"))
write("keras-newest.h5", *keras(1, OTHERS, libver="latest"))
write("keras-many-links.h5", *keras(10, libver="v108"))
content, tensors = keras(1, libver="earliest")
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("metadata.json", "{}")
    archive.writestr("model.weights.h5", content)
write("model.keras", buffer.getvalue(), tensors)

with open(FOLDER / "expected.json", "w") as file:
    json.dump(EXPECTED, file, separators=(",", ":"))
    file.write("\n")
