"""The llama.cpp library of the installation: the one file that imports llama_cpp.

Job: import the binding, load its compute backends, and find the functions it does not declare. Rule:
nothing is taken from the environment, from the current folder or from beside the interpreter: code that
computes comes from the installation alone.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from app.engine.computing.faults import NoBackendError
from app.engine.computing.machine.devices import Registry


def load_library() -> Any:
    """Import llama_cpp and load its compute backends from its own folder only; returns the module.

    The variables taken away would let anyone's environment choose code to run in this process, and
    the default search looks in the current folder. Raises NoBackendError without any.
    """
    for name in ("GGML_BACKEND_PATH", "LLAMA_CPP_LIB_PATH", "CUDA_PATH", "HIP_PATH"):
        os.environ.pop(name, None)
    import llama_cpp

    ggml = ggml_of(llama_cpp, "ggml")
    load_all, count = ggml.ggml_backend_load_all_from_path, ggml.ggml_backend_reg_count
    load_all.argtypes, load_all.restype, count.restype = [ctypes.c_char_p], None, ctypes.c_size_t
    if not count():
        load_all(os.fsencode(Path(llama_cpp.__file__).parent / "lib"))
    if not count():
        raise NoBackendError
    return llama_cpp


def ggml_of(llama_cpp: Any, name: str) -> Any:
    """Return a handle to the ggml library that llama.cpp itself uses.

    A plain build holds each library two or three times under different names; a copy loaded by name
    would have a registry and a log of its own. Symbols are therefore looked up through libllama, which
    Windows cannot do, but there each library exists once.
    """
    if os.name != "nt":
        return llama_cpp.llama_cpp._lib  # noqa: SLF001 - the binding's own handle, on purpose
    from llama_cpp._ctypes_extensions import load_shared_library

    return load_shared_library(name, Path(llama_cpp.__file__).parent / "lib")


def registry_of(llama_cpp: Any) -> Registry:
    """Return what tells which devices and processor features there are."""
    return Registry(ggml_of(llama_cpp, "ggml"), ggml_of(llama_cpp, "ggml-base"))
