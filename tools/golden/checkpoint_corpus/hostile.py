"""Small hostile weight files of every sort; each must end in a typed error, with nothing executed.

Run:  python tools/golden/checkpoint_corpus/hostile.py packages/checkpoints/test/corpus/sound packages/checkpoints/test/corpus/hostile
Plain Python 3. Where a payload would run, it would make a file named `mfim-was-executed` in the working directory. Pickles are
written opcode by opcode, so nothing is executed here either.
"""
import io
import json
import pathlib
import struct
import sys
import zipfile
import zlib

SOUND, FOLDER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
COMMAND = b"touch mfim-was-executed"


def write(name, content):
    (FOLDER / name).write_bytes(content)


# Pickles, by opcode.

def text(value):
    data = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(data)) + data


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def call(callee, *parameters):
    return callee + b"(" + b"".join(parameters) + b"tR"


def pickled(body, protocol=2):
    return b"\x80" + bytes([protocol]) + body + b"."


def integer(value):
    return b"J" + struct.pack("<i", value)


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def wide(value):
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


SYSTEM = call(name("os", "system"), text(COMMAND))
CALLS = {
    "os-system": SYSTEM,
    "posix-system": call(name("posix", "system"), text(COMMAND)),
    "subprocess": call(name("subprocess", "Popen"), tuple_of(text("touch"), text("mfim-was-executed"))),
    "eval": call(name("builtins", "eval"), text("open('mfim-was-executed', 'w')")),
    "exec": call(name("__builtin__", "exec"), text("open('mfim-was-executed', 'w')")),
    "compile": call(call(name("types", "FunctionType"), call(name("builtins", "compile"), text("1"), text("x"), text("eval")))),
    "getattr": call(call(name("builtins", "getattr"), call(name("builtins", "__import__"), text("os")), text("system")), text(COMMAND)),
    "inst": b"(" + text(COMMAND) + b"ios\nsystem\n",
    "obj": b"(" + name("os", "system") + text(COMMAND) + b"o",
    "newobj": name("os", "system") + tuple_of(text(COMMAND)) + b"\x81",
    "newobj-ex": name("os", "system") + tuple_of(text(COMMAND)) + b"}\x92",
    "stack-global": text("os") + text("system") + b"\x93" + tuple_of(text(COMMAND)) + b"R",
    "computed-global": call(name("builtins", "str"), text("os")) + text("system") + b"\x93" + tuple_of(text(COMMAND)) + b"R",
    "extension": b"\x82\x01" + tuple_of(text(COMMAND)) + b"R",
    "setstate": call(name("some.module", "Thing")) + b"}" + text("a") + text(COMMAND) + b"sb",
    "torch-load": call(name("torch", "load"), text("http://127.0.0.1/x.pt")),
    "methodcaller": call(call(name("operator", "methodcaller"), text("system"), text(COMMAND)), name("os", "path")),
    "partial": call(call(name("functools", "partial"), name("os", "system"), text(COMMAND))),
    "reduce-allowed-class": call(name("torch.nn.modules.container", "Sequential")) + SYSTEM + b"b",
    "nvidia-source": call(name("torch_utils.persistence", "_reconstruct_persistent_obj"), b"}(" + text("type") + text("module") + text("module_src") + text("import os; os.system('touch mfim-was-executed')") + b"u"),
    "nvidia-state": call(name("torch_utils.persistence", "_reconstruct_persistent_obj"), b"}(" + text("type") + text("class") + text("class_name") + text("G") + text("module_src") + text("import os") + text("state") + b"}" + text("a") + SYSTEM + b"s" + b"u"),
    "embedded": call(name("torch.storage", "_load_from_bytes"), b"B" + struct.pack("<I", len(pickled(SYSTEM))) + pickled(SYSTEM)),
    "numpy-object-array": call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), tuple_of(integer(0)), b"C\x01b")
    + tuple_of(integer(1), tuple_of(integer(1)), call(name("numpy", "dtype"), text("O8"), b"\x89", b"\x88"), b"\x89", b"]" + SYSTEM + b"a") + b"b",
    "keras-lambda": call(name("keras.layers.core", "Lambda"), text("x")),
}
for key, body in CALLS.items():
    write(f"pickle-{key}.pkl", pickled(body))
write("pickle-protocol-0.pkl", b"cos\nsystem\n(S'touch mfim-was-executed'\ntR.")
write("other-odd-start.bin", b"N0cos\nsystem\n(S'touch mfim-was-executed'\ntR.")
write("pickle-protocol-4.pkl", pickled(b"\x95" + struct.pack("<Q", 60) + b"\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x17" + COMMAND + b"\x94\x85\x94R\x94", 4))

DAMAGED = {
    "proto-key": b"}" + text("__proto__") + b"}" + text("polluted") + b"\x88ss",
    "proto-part": b"}" + text("a.__proto__.b") + b"K\x01s",
    "nested-lists": b"]" * 6000 + b"a" * 5999,
    "nested-tuples": b")" + b"\x85" * 6000,
    "list-in-itself": b"]q\x00h\x00a",
    "doubled-tuples": b"]" + b"2\x86" * 60,
    "memo-of-nothing": b"h\x05",
    "no-mark": b"K\x01t",
    "empty-stack": b"0",
    "odd-items": b"}(K\x01u",
    "items-for-a-number": b"K\x01(K\x01e",
    "text-beyond-the-file": b"X\xff\xff\xff\xff" + b"abc",
    "text-of-2-to-60": b"\x8d" + struct.pack("<Q", 2**60),
    "bytes-of-2-to-63": b"\x8e" + struct.pack("<Q", 2**63),
    "integer-of-gigabytes": b"\x8b" + struct.pack("<I", 2**31 - 1),
    "line-without-end": b"I" + b"1" * 4000,
    "invalid-utf8": b"X\x02\x00\x00\x00\xff\xfe",
    "unknown-opcode": b"\xfe",
    "out-of-band-buffer": b"\x97",
    "persistent-id": text("outside") + b"Q",
    "encode-again-and-again": text("a" * 4000) + b"q\x000" + (name("_codecs", "encode") + b"(h\x00" + text("latin1") + b"tR0") * 300,
    "dictionary-again-and-again": b"(" + b"K\x01K\x02\x86" * 1000 + b"lq\x000" + (name("builtins", "dict") + b"h\x00\x85R0") * 1010 + b"}",
    "long-global": b"c" + b"a" * 3000 + b"\nb\n",
    "long-key": b"}" + text("k" * 3000) + b"K\x01s",
    "numpy-shape-overflow": call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), tuple_of(integer(0)), b"C\x01b")
    + tuple_of(integer(1), tuple_of(wide(2**40), wide(2**40)), call(name("numpy", "dtype"), text("f4"), b"\x89", b"\x88"), b"\x89", b"C\x04abcd") + b"b",
    "numpy-negative-shape": call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), tuple_of(integer(0)), b"C\x01b")
    + tuple_of(integer(1), tuple_of(integer(-1)), call(name("numpy", "dtype"), text("f4"), b"\x89", b"\x88"), b"\x89", b"C\x04abcd") + b"b",
    "numpy-without-content": call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), tuple_of(integer(0)), b"C\x01b"),
    "numpy-scalar-of-three-bytes": call(name("numpy.core.multiarray", "scalar"), call(name("numpy", "dtype"), text("f4"), b"\x89", b"\x88"), b"C\x03abc"),
    "module-in-itself": call(name("torch.nn.modules.container", "Sequential")) + b"q\x00}" + text("_modules") + b"}" + text("a") + b"h\x00ssb",
    "module-without-names": call(name("torch.nn.modules.container", "Sequential")) + b"}" + text("_modules") + b"K\x01sb",
}
for key, body in DAMAGED.items():
    write(f"pickle-{key}.pkl", pickled(body))
write("pickle-protocol-9.pkl", pickled(b"K\x01", 9))
nvidia = (SOUND / "nvidia.pkl").read_bytes()
write("nvidia-cut-off.pkl", nvidia[: len(nvidia) // 2])


# Zip archives, and PyTorch's in particular.

def archive(entries, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for key, content in entries:
            file.writestr(zipfile.ZipInfo(key), content, compress_type=method)
    return buffer.getvalue()


def storage(key="0", count=4, kind="FloatStorage"):
    return tuple_of(text("storage"), name("torch", kind), text(key), text("cpu"), wide(count)) + b"Q"


def tensor(stored, offset, shape, strides):
    hooks = name("collections", "OrderedDict") + b")R"
    parameters = (stored, wide(offset), tuple_of(*map(wide, shape)), tuple_of(*map(wide, strides)), b"\x89", hooks)
    return call(name("torch._utils", "_rebuild_tensor_v2"), *parameters)


def torch_file(body, data=bytes(16), extra=()):
    return archive([("archive/data.pkl", pickled(body)), ("archive/data/0", data), *extra])


def patched(content, signature, offset, value, form="<I"):
    data = bytearray(content)
    start = data.find(signature)
    while start >= 0:
        struct.pack_into(form, data, start + offset, value)
        start = data.find(signature, start + 4)
    return bytes(data)


CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
good = torch_file(b"}" + text("a") + tensor(storage(), 0, [2, 2], [2, 1]) + b"s")
zeros = bytes(200_000)
bomb = archive([("archive/data.pkl", pickled(b"}" + text("a") + tensor(storage(count=50_000), 0, [50_000], [1]) + b"s")), ("archive/data/0", zeros)], zipfile.ZIP_DEFLATED)
TORCH = {
    "os-system": torch_file(b"}" + text("a") + SYSTEM + b"s"),
    "constants-os-system": torch_file(b"}", extra=[("archive/constants.pkl", pickled(SYSTEM)), ("archive/code/x.py", b"")]),
    "parent-name": torch_file(b"}", extra=[("../mfim-was-executed", b"x")]),
    "absolute-name": torch_file(b"}", extra=[("/tmp/mfim-was-executed", b"x")]),
    "backslash-name": torch_file(b"}", extra=[("a\\..\\b", b"x")]),
    "proto-name": torch_file(b"}", extra=[("archive/__proto__/x", b"x")]),
    "offset-beyond": torch_file(b"}" + text("a") + tensor(storage(), 3, [2], [1]) + b"s"),
    "strides-beyond": torch_file(b"}" + text("a") + tensor(storage(), 0, [2, 2], [9, 1]) + b"s"),
    "strides-of-zero": torch_file(b"}" + text("a") + tensor(storage(), 0, [30_000, 30_000], [0, 0]) + b"s"),
    "shape-overflow": torch_file(b"}" + text("a") + tensor(storage(), 0, [2**32, 2**32, 2**32], [0, 0, 0]) + b"s"),
    "shape-overflow-times-zero": torch_file(b"}" + text("a") + tensor(storage(), 0, [2**40, 2**40, 0], [0, 0, 0]) + b"s"),
    "count-overflow": torch_file(b"}" + text("a") + tensor(storage(count=2**62), 0, [2], [1]) + b"s"),
    "count-lies": torch_file(b"}" + text("a") + tensor(storage(count=5), 0, [2], [1]) + b"s"),
    "storage-missing": torch_file(b"}" + text("a") + tensor(storage("7"), 0, [2], [1]) + b"s"),
    "storage-parent": torch_file(b"}" + text("a") + tensor(storage("../data.pkl"), 0, [2], [1]) + b"s"),
    "storage-quantised": torch_file(b"}" + text("a") + tensor(storage(kind="QInt8Storage"), 0, [2], [1]) + b"s"),
    "big-endian": torch_file(b"}", extra=[("archive/byteorder", b"big")]),
    "bomb-declared-4-gigabytes": patched(bomb, CENTRAL, 24, 0xFFFF_FFF0),
    "bomb-declared-small": patched(bomb, CENTRAL, 24, 1000),
    "bomb-many": archive([(f"archive/data/{index}", zeros) for index in range(4)] + [("archive/data.pkl", pickled(b"}"))], zipfile.ZIP_DEFLATED).replace(b"\x40\x0d\x03\x00", b"\x40\x0d\x03\x7f"),
    "overlapping": patched(patched(good, CENTRAL, 42, 0), CENTRAL, 46 - 4, 0),
    "encrypted": patched(good, CENTRAL, 8, 1, "<H"),
    "method-lzma": patched(good, CENTRAL, 10, 14, "<H"),
    "packed-beyond": patched(good, CENTRAL, 20, 0x7FFF_FFFF),
    "start-beyond": patched(good, CENTRAL, 42, 0x7FFF_FFFF),
    "count-of-entries": patched(good, END, 10, 0xFFFF, "<H"),
    "directory-beyond": patched(good, END, 16, 0x7FFF_FFFF),
    "local-header-gone": good.replace(LOCAL, b"PK\x00\x00", 1).replace(b"PK\x00\x00", LOCAL, 1).replace(LOCAL + b"\x14\x00\x00\x00", LOCAL[:3] + b"\x05\x14\x00\x00\x00", 2),
    "cut-off": good[:-30],
    "twice-the-same-name": good[: good.rfind(CENTRAL)] + good[good.find(CENTRAL) : good.rfind(CENTRAL)] + good[good.rfind(END) :],
}
for key, content in TORCH.items():
    write(f"torch-{key}.pt", content)

zip64 = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 2**60) + struct.pack("<IIQI", 0x07064B50, 0, len(good), 1)
write("torch-zip64-counts.pt", good + zip64 + END + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0))
write("torch-zip64-locator-beyond.pt", good + struct.pack("<IIQI", 0x07064B50, 0, 2**62, 1) + END + struct.pack("<HHHHIIH", 0, 0, 0, 0, 0, 0, 0))

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03." + pickled(b"}" + text("little_endian") + b"\x88s")
body = pickled(b"}" + text("a") + tensor(storage(), 0, [4], [1]) + b"s")
keys = pickled(b"]" + text("0") + b"a")
write("legacy-os-system.pth", LEGACY + pickled(SYSTEM))
write("legacy-keys-os-system.pth", LEGACY + body + pickled(SYSTEM))
write("legacy-count-lies.pth", LEGACY + body + keys + struct.pack("<Q", 2**61) + bytes(16))
write("legacy-cut-off.pth", LEGACY + body + keys + struct.pack("<Q", 4) + bytes(7))
write("legacy-big-endian.pth", LEGACY.replace(b"\x88s.", b"\x89s.") + body)
write("legacy-view-beyond.pth", LEGACY + pickled(call(name("torch._utils", "_rebuild_tensor"), tuple_of(text("storage"), name("torch", "FloatStorage"), text("0"), text("cpu"), integer(4), tuple_of(text("v"), integer(3), integer(2))) + b"Q", integer(0), tuple_of(integer(2)), tuple_of(integer(1)))) + keys)
inner = LEGACY + pickled(b"K\x01")
for _ in range(8):
    inner = LEGACY + pickled(call(name("torch.storage", "_load_from_bytes"), b"B" + struct.pack("<I", len(inner)) + inner))
write("legacy-in-legacy.pth", inner)


# safetensors.

def safe(header, data=b"", length=None):
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(content) if length is None else length) + content + data


def entry(begin, end, shape=(1,), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


SAFE = {
    "header-of-2-to-63": safe(b"{}", length=2**63),
    "header-of-99-megabytes": safe(b"{}", length=99_000_000),
    "header-beyond": safe(b"{}", length=10),
    "deep-header": safe(b'{"a":' * 2000),
    "deep-lists": safe(b'{"a":' + b"[" * 4000),
    "overlap": safe({"a": entry(0, 4), "b": entry(0, 4)}, bytes(4)),
    "hole": safe({"a": entry(0, 4), "b": entry(8, 12)}, bytes(12)),
    "trailing": safe({"a": entry(0, 4)}, bytes(5)),
    "shape-overflow": safe({"a": entry(0, 4, (2**32, 2**32, 2**32))}, bytes(4)),
    "shape-overflow-times-zero": safe({"a": entry(0, 0, (2**40, 2**40, 0))}),
    "negative-shape": safe({"a": entry(0, 4, (-1, -1))}, bytes(4)),
    "fraction": safe({"a": entry(0, 4, (0.5, 2))}, bytes(4)),
    "huge-number": safe(b'{"a":{"dtype":"F32","shape":[1e308],"data_offsets":[0,4]}}', bytes(4)),
    "many-axes": safe({"a": entry(0, 4, (1,) * 1000)}, bytes(4)),
    "proto": safe(b'{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
    "proto-part": safe({"a.__proto__.b": entry(0, 4)}, bytes(4)),
    "unknown-dtype": safe({"a": entry(0, 4, dtype="__proto__")}, bytes(4)),
    "reversed": safe({"a": entry(4, 0)}, bytes(4)),
    "cut-off": safe({"a": entry(0, 4000, (1000,))}, bytes(400)),
    "invalid-utf8": safe(b'{"\xff\xfe":{}}'),
    "metadata": safe({"__metadata__": {"a": {"b": 1}}}),
}
for key, content in SAFE.items():
    write(f"safe-{key}.safetensors", content)


# NumPy.

def npy(header, data=b"", version=1):
    content = header.encode().ljust(54) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(content)) + content + data


def described(shape="(4,)", kind="<f4", order="False"):
    return f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}"


NPY = {
    "shape-overflow": npy(described("(4294967296, 4294967296, 4294967296)"), bytes(16)),
    "shape-overflow-times-zero": npy(described("(1099511627776, 1099511627776, 0)")),
    "negative-shape": npy(described("(-4,)"), bytes(16)),
    "wrong-size": npy(described("(5,)"), bytes(16)),
    "objects": npy(described("(1,)", "|O"), pickled(SYSTEM)),
    "code-in-header": npy("{'descr': __import__('os').system('touch mfim-was-executed'), 'fortran_order': False, 'shape': (4,)}", bytes(16)),
    "records": npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", bytes(16)),
    "header-of-gigabytes": b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + b"{",
    "slow-to-match": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1" * 400 + "x)}", bytes(4)),
    "version-9": npy(described(), bytes(16), version=9),
    "many-axes": npy(described("(" + "1, " * 5000 + ")"), bytes(4), version=2),
    "cut-off": npy(described(), bytes(16))[:40],
}
for key, content in NPY.items():
    write(f"numpy-{key}.npy", content)
sound_npy = npy(described(), bytes(16))
write("numpy-parent-name.npz", archive([("../mfim-was-executed.npy", sound_npy)]))
write("numpy-proto-name.npz", archive([("__proto__.npy", sound_npy)]))
write("numpy-bomb.npz", patched(archive([("a.npy", npy(described("(1000000000,)"), zeros))], zipfile.ZIP_DEFLATED), CENTRAL, 24, 4_000_000_128))
write("numpy-damaged-deflate.npz", archive([("a.npy", sound_npy * 40)], zipfile.ZIP_DEFLATED).replace(zlib.compress(sound_npy * 40)[2:10], b"\xff" * 8))


# ONNX, on the wire.

def varint(value):
    value &= 2**64 - 1
    data = b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def number(field, value):
    return varint(field * 8) + varint(value)


def counted(field, content):
    data = content.encode() if isinstance(content, str) else content
    return varint(field * 8 + 2) + varint(len(data)) + data


def proto(dims=(4,), kind=1, title="w", rest=b""):
    return b"".join(number(1, size) for size in dims) + number(2, kind) + counted(8, title) + rest


def outside(location, **more):
    entries = {"location": location, **more}
    return number(14, 1) + b"".join(counted(13, counted(1, key) + counted(2, value)) for key, value in entries.items())


def model(*tensors):
    return number(1, 8) + counted(2, "corpus") + counted(7, b"".join(counted(5, content) for content in tensors))


RAW = counted(9, bytes(16))
ONNX = {
    "external-absolute": model(proto(rest=outside("/etc/passwd"))),
    "external-parent": model(proto(rest=outside("../../etc/passwd"))),
    "external-hidden-parent": model(proto(rest=outside("a/../../b"))),
    "external-windows": model(proto(rest=outside("C:\\Windows\\win.ini"))),
    "external-url": model(proto(rest=outside("file:///etc/passwd"))),
    "external-home": model(proto(rest=outside("~/.ssh/id_rsa"))),
    "external-nul": model(proto(rest=outside("a\0b"))),
    "external-nowhere": model(proto(rest=number(14, 1))),
    "external-negative-offset": model(proto(rest=outside("a.bin", offset="-1"))),
    "external-huge-length": model(proto(rest=outside("a.bin", length="99999999999999999999"))),
    "external-wrong-length": model(proto(rest=outside("a.bin", length="17"))),
    "raw-and-floats": model(proto(rest=RAW + counted(4, bytes(16)))),
    "raw-and-external": model(proto(rest=RAW + outside("a.bin"))),
    "raw-twice": model(proto(rest=RAW + RAW)),
    "floats-and-ints": model(proto(rest=counted(4, bytes(16)) + counted(7, b"\1\1\1\1"))),
    "floats-for-doubles": model(proto(kind=11, rest=counted(4, bytes(32)))),
    "wrong-size": model(proto((5,), rest=RAW)),
    "negative-shape": model(proto((-4,), rest=RAW)),
    "shape-overflow": model(proto((2**32, 2**32), rest=RAW)),
    "shape-overflow-times-zero": model(proto((2**60, 2**60, 0))),
    "too-many-integers": model(proto((2,), 7, rest=counted(7, b"\1\1\1"))),
    "claims-billions-of-integers": model(proto((2**40,), 7, rest=counted(7, b"\1\1\1"))),
    "many-axes": model(proto((1,) * 1000, rest=counted(9, bytes(4)))),
    "twice-the-same-name": model(proto(rest=RAW), proto(rest=RAW)),
    "proto-name": model(proto(title="__proto__", rest=RAW)),
    "segment": model(proto(rest=RAW + counted(3, number(1, 0)))),
    "no-graph": number(1, 8) + counted(2, "corpus"),
    "two-graphs": model(proto(rest=RAW)) + counted(7, b""),
    "length-beyond": number(1, 8) + b"\x3a\xff\xff\xff\xff\x0f",
    "long-varint": number(1, 8) + b"\x3a" + b"\xff" * 11,
    "field-zero": number(1, 8) + counted(2, "x") + b"\x02\x00",
    "group": number(1, 8) + counted(2, "x") + b"\x3b",
    "invalid-utf8": model(number(1, 4) + number(2, 1) + counted(8, b"\xff\xfe") + RAW),
    "cut-off": model(proto(rest=RAW))[:-9],
}
for key, content in ONNX.items():
    write(f"onnx-{key}.onnx", content)


# HDF5, by changing a sound file.

keras = (SOUND / "keras-small-links.h5").read_bytes()
old = (SOUND / "keras-small.h5").read_bytes()
many = (SOUND / "keras-many-links.h5").read_bytes()


def changed(content, signature, offset, value, form="<Q"):
    data = bytearray(content)
    struct.pack_into(form, data, data.find(signature) + offset, value)
    return bytes(data)


HDF5 = {
    "cut-off": old[:2000],
    "root-beyond": changed(keras, b"\x89HDF", 36, 2**60),
    "root-undefined": changed(keras, b"\x89HDF", 36, 2**64 - 1),
    "addresses-of-3-bytes": changed(keras, b"\x89HDF", 9, 3, "<B"),
    "version-200": changed(keras, b"\x89HDF", 8, 200, "<B"),
    "tree-beyond": changed(old, b"TREE", 32, 2**50),
    "tree-of-many-levels": changed(old, b"TREE", 5, 255, "<B"),
    "tree-in-itself": changed(changed(old, b"TREE", 5, 1, "<B"), b"TREE", 32, old.find(b"TREE")),
    "heap-beyond": changed(old, b"HEAP", 24, 2**50),
    "symbols-count": changed(old, b"SNOD", 6, 0xFFFF, "<H"),
    "group-in-itself": changed(old, b"SNOD", 16, 96),
    "heap-gone": old.replace(b"HEAP", b"XXXX"),
    "header-gone": keras.replace(b"OHDR", b"XXXX"),
    "header-length": changed(keras, b"OHDR", 6, 0xFF, "<B"),
    "proto-name": keras.replace(b"model_weights", b"__proto__.abc"),
    "fractal-heap-width": changed(many, b"FRHP", 110, 0, "<H"),
    "index-depth": changed(many, b"BTHD", 12, 9999, "<H"),
    "index-records": changed(many, b"BTHD", 24, 0xFFFF, "<H"),
}
for key, content in HDF5.items():
    write(f"hdf5-{key}.h5", content)

for key, content in {"empty": b"", "pointer": b"version https://git-lfs.github.com/spec/v1\n", "page": b"<!doctype html>", "gzip": b"\x1f\x8b\x08\x00", "zeros": bytes(1000)}.items():
    write(f"other-{key}.bin", content)
