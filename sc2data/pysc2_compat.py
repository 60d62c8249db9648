"""Make pysc2 4.0.0, and the protocol messages it needs, importable on today's Python and protobuf.

Three things have broken pysc2 since 2023 (pysc2#355):

* the wheel `s2clientprotocol` carries `*_pb2.py` files written by an old protobuf compiler, which protobuf 4 and later
  refuse ("Descriptors cannot be created directly"). Their only content that matters is the serialised description of
  the messages. `install()` puts a finder in front of the import system that reads this description out of the file
  without running it and has protobuf build the module from it, on whatever implementation protobuf runs (upb, in C).
* `pysc2.lib.colors` calls `random.shuffle` with a second argument that Python 3.11 removed, to get a *fixed* shuffle.
  The finder replaces that one function by the shuffle it meant, so that the palettes stay those of older Pythons.

* `s2protocol`, with which pysc2 reads replays, imports the module `imp` that Python 3.12 removed.

Two modules of pysc2 import packages (pygame, sk-video) that warn about their own use of things deprecated, which would
stop programs that treat warnings as errors; these warnings are silenced while those two modules are imported.

Where the files are modern (the wheel `pys2clientprotocol`) or pysc2 is mended, nothing is touched.

This file needs protobuf and the standard library only, so that it can be copied into any project:

>>> import pysc2_compat                                   # doctest: +SKIP
>>> pysc2_compat.install()                                # doctest: +SKIP
>>> from pysc2.lib import features                        # doctest: +SKIP
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import platform
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from types import CodeType, ModuleType
from typing import Any

_PROTOCOL = "s2clientprotocol"
_PROTOCOL_WHEELS = ("s2clientprotocol", "pys2clientprotocol")  # both install the package `s2clientprotocol`
_GENERATED = re.compile(r"(s2clientprotocol|pysc2)\.([a-z0-9_]+\.)*[a-z0-9_]+_pb2")
_COLORS = "pysc2.lib.colors"

_patched: set[str] = set()


class MissingProtocolError(ImportError):
    """The StarCraft II protocol messages (or protobuf itself) are not installed."""


class MissingPysc2Error(ImportError):
    """pysc2 is not installed."""


class BrokenProtocolError(ImportError):
    """A `*_pb2.py` file is there, but no usable message description is in it."""


@dataclasses.dataclass(frozen=True)
class Status:
    """What `diagnose` found. Versions are None where the thing is not installed."""

    python: str
    protobuf: str | None
    implementation: str | None
    """How protobuf runs: "upb" (C, fast), "cpp" or "python" (several times slower)."""
    protocol_wheels: dict[str, str]
    """Installed wheels that hold the package `s2clientprotocol`, with their versions."""
    generated_code: str
    """"modern" (runs as it is), "rebuilt" (needs `install()`) or "missing"."""
    pysc2: str | None
    patched: tuple[str, ...]
    """Modules that this process has rebuilt or mended so far."""
    problems: tuple[str, ...]
    """What is wrong, each with what to do; empty where all is well."""


def install() -> None:
    """Let `s2clientprotocol.*_pb2` and `pysc2` be imported. Idempotent, cheap, and imports neither of them.

    Raises:
      MissingProtocolError: protobuf or the protocol messages are not installed. (pysc2 may be absent: what only speaks
        the protocol does without it; see `require_pysc2`.)
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    if _PROTOCOL not in sys.modules and importlib.util.find_spec(_PROTOCOL) is None:
        raise MissingProtocolError(
            "The StarCraft II protocol messages (package 's2clientprotocol') are not installed; the extra 'sc2' has "
            "them: pip install 'sc2-saccades[sc2]'"
        )
    _protobuf_version()
    if _COLORS in sys.modules:
        _mend_colors(sys.modules[_COLORS])


def require_pysc2() -> None:
    """`install()`, and be sure that pysc2 is there to be imported.

    Raises:
      MissingProtocolError: as `install`.
      MissingPysc2Error: pysc2 is not installed.
    """
    install()
    if "pysc2" not in sys.modules and importlib.util.find_spec("pysc2") is None:
        raise MissingPysc2Error("pysc2 is not installed; the extra 'sc2' has it: pip install 'sc2-saccades[sc2]'")


def diagnose() -> Status:
    """Describe Python, protobuf, the protocol wheel and pysc2, and what is wrong with them. Raises nothing."""
    problems: list[str] = []
    wheels = {name: version for name in _PROTOCOL_WHEELS if (version := _installed_version(name))}
    protobuf = implementation = None
    try:
        protobuf = ".".join(str(n) for n in _protobuf_version())
    except MissingProtocolError:
        problems.append("protobuf is not installed: pip install 'sc2-saccades[sc2]'")
    else:
        implementation = importlib.import_module("google.protobuf.internal.api_implementation").Type()
        if implementation == "python":
            problems.append(
                "protobuf runs in pure Python, several times slower than upb: "
                "unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
            )
    generated_code = "missing" if protobuf is None else _generated_code()
    if generated_code == "missing" and protobuf is not None:
        problems.append("the package s2clientprotocol is not installed: pip install 'sc2-saccades[sc2]'")
    if len(wheels) == 2:
        problems.append(
            "s2clientprotocol and pys2clientprotocol are both installed and overwrite each other's files: "
            "pip uninstall -y s2clientprotocol pys2clientprotocol && pip install s2clientprotocol"
        )
    pysc2 = _installed_version("pysc2")
    if pysc2 is None:
        problems.append("pysc2 is not installed: pip install 'sc2-saccades[sc2]'")
    return Status(
        python=platform.python_version(),
        protobuf=protobuf,
        implementation=implementation,
        protocol_wheels=wheels,
        generated_code=generated_code,
        pysc2=pysc2,
        patched=tuple(sorted(_patched)),
        problems=tuple(problems),
    )


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that need help where the normal import system finds them, and gives them another loader."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _LOADERS and not _GENERATED.fullmatch(fullname):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.abc.InspectLoader):
            return None
        if fullname in _LOADERS:
            spec.loader = _LOADERS[fullname](spec.loader)
        else:
            source = spec.loader.get_source(fullname)
            if source is None or not _is_stale(source):
                return None
            spec.loader = _DescriptorLoader(spec.loader)
            spec.cached = None
        return spec


class _WrappedLoader(importlib.abc.InspectLoader):
    """A loader whose source is another loader's."""

    def __init__(self, inner: importlib.abc.InspectLoader) -> None:
        self._inner = inner

    def is_package(self, fullname: str) -> bool:
        return self._inner.is_package(fullname)

    def get_source(self, fullname: str) -> str | None:
        return self._inner.get_source(fullname)

    def get_code(self, fullname: str) -> CodeType | None:
        return self._inner.get_code(fullname)


class _DescriptorLoader(_WrappedLoader):
    """Builds a `*_pb2` module from the description of its messages alone."""

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        description = _serialized_file(self.get_source(name) or "", name)
        with _without_warnings():  # protobuf 4 warns about its own types on Python 3.12 and later
            pool = importlib.import_module("google.protobuf.descriptor_pool").Default()
            builder = importlib.import_module("google.protobuf.internal.builder")
        for dependency in _dependencies(description):
            importlib.import_module(dependency)
        module.DESCRIPTOR = pool.AddSerializedFile(description)  # type: ignore[attr-defined]
        builder.BuildMessageAndEnumDescriptors(module.DESCRIPTOR, module.__dict__)
        builder.BuildTopDescriptorsAndMessages(module.DESCRIPTOR, name, module.__dict__)
        _patched.add(name)


class _ColorsLoader(_WrappedLoader):
    """Runs `pysc2.lib.colors` as it is, then mends its shuffle."""

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        _mend_colors(module)


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        for category in (DeprecationWarning, SyntaxWarning, UserWarning):  # the last: pkg_resources, by pygame
            warnings.simplefilter("ignore", category)
        yield


class _QuietLoader(_WrappedLoader):
    """Runs a module as it is, without the warnings of what it imports."""

    def exec_module(self, module: ModuleType) -> None:
        with _without_warnings():
            self._inner.exec_module(module)


class _VersionsLoader(_WrappedLoader):
    """Runs `s2protocol.versions` with an empty module for `imp`, then gives it another way to import by file name."""

    def exec_module(self, module: ModuleType) -> None:
        before = sys.modules.get("imp")
        sys.modules["imp"] = ModuleType("imp")
        try:
            self._inner.exec_module(module)
        finally:
            del sys.modules["imp"]
            if before is not None:
                sys.modules["imp"] = before
        module._import_protocol = _import_from_folder  # type: ignore[attr-defined]
        _patched.add(module.__name__)


_LOADERS: dict[str, type[_WrappedLoader]] = {
    _COLORS: _ColorsLoader,
    "pysc2.lib.renderer_human": _QuietLoader,
    "pysc2.lib.video_writer": _QuietLoader,
    "s2protocol.versions": _VersionsLoader,
}


def _import_from_folder(folder: str, name: str) -> ModuleType:
    """The top-level module `name` from the file of that name in `folder`."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.machinery.PathFinder.find_spec(name, [folder])
    if spec is None or spec.loader is None:
        raise ImportError(f"No module {name!r} in {folder}", name=name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _mend_colors(colors: Any) -> None:
    """Replace `shuffled_hue` where Python no longer runs it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            colors.shuffled_hue(2)
    except TypeError:
        smooth_hue_palette = colors.smooth_hue_palette

        def shuffled_hue(scale: int) -> Any:
            """A palette of `scale` hues, float (scale, 3) RGB in 0 to 255, in a fixed shuffled order."""
            return smooth_hue_palette(scale)[fixed_shuffle(scale)]

        colors.shuffled_hue = shuffled_hue
        _patched.add(_COLORS)


def fixed_shuffle(count: int) -> list[int]:
    """The order into which `random.shuffle(x, lambda: 0.5)` put `count` items until Python 3.10.

    >>> fixed_shuffle(6)
    [0, 5, 1, 4, 2, 3]
    """
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = (i + 1) // 2
        order[i], order[j] = order[j], order[i]
    return order


def _serialized_file(source: str, name: str) -> bytes:
    """The serialised FileDescriptorProto in the source of a `*_pb2.py`, found without running it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if called == "AddSerializedFile":
            value: ast.expr | None = node.args[0]
        elif called == "FileDescriptor":
            value = next((k.value for k in node.keywords if k.arg == "serialized_pb"), None)
        else:
            continue
        if isinstance(value, ast.Call) and len(value.args) == 1:  # _b('...'), which meant .encode("latin1")
            value = value.args[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value.encode("latin1")
        if isinstance(value, ast.Constant) and isinstance(value.value, bytes):
            return value.value
    raise BrokenProtocolError(
        f"{name} holds no serialised message description; its file is damaged or written by an unknown compiler. "
        "Reinstall it: pip install --force-reinstall s2clientprotocol",
        name=name,
    )


def _dependencies(description: bytes) -> list[str]:
    """Modules that a file's messages refer to: "a/b.proto" is built by `a.b_pb2`."""
    descriptor_pb2 = importlib.import_module("google.protobuf.descriptor_pb2")
    files = descriptor_pb2.FileDescriptorProto.FromString(description).dependency
    return [file.removesuffix(".proto").replace("/", ".") + "_pb2" for file in files]


def _is_stale(source: str) -> bool:
    """Whether the protobuf that is installed would refuse this generated code."""
    runtime = _protobuf_version()
    if "google.protobuf.internal import builder" not in source:
        return runtime[0] >= 4
    written_for = re.search(r"Protobuf Python Version: (\d+)\.(\d+)\.(\d+)", source)
    if written_for is None:
        return False
    version = tuple(int(n) for n in written_for.groups())
    return runtime < version or runtime[0] - version[0] > 1


def _generated_code() -> str:
    try:
        spec = importlib.util.find_spec(_PROTOCOL)
        inner = spec and importlib.machinery.PathFinder.find_spec(
            f"{_PROTOCOL}.common_pb2", spec.submodule_search_locations
        )
    except (ImportError, ValueError):
        return "missing"
    if not inner or not isinstance(inner.loader, importlib.abc.InspectLoader):
        return "missing"
    source = inner.loader.get_source(inner.name)
    return "rebuilt" if source is not None and _is_stale(source) else "modern"


def _protobuf_version() -> tuple[int, ...]:
    try:
        protobuf = importlib.import_module("google.protobuf")
    except ImportError as error:
        raise MissingProtocolError(
            "protobuf is not installed; the extra 'sc2' has it: pip install 'sc2-saccades[sc2]'"
        ) from error
    return tuple(int(n) for n in re.findall(r"\d+", protobuf.__version__)[:3])


def _installed_version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
