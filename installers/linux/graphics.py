"""The part for graphics cards: the library that computes with Vulkan, packed apart from the program.

Job: take the library out of the tree, if the engine's wheel brings it, into a tree of its own. Rule:
the program is whole without it and finds it by its place; nothing else is in the part.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

from linux.tree import NAME, Tree

LIBRARY = "libggml-vulkan.so"
PART = f"{NAME}-vulkan"


def take_out(tree: Tree) -> Tree | None:
    """Return the part's own tree, no longer in the program's; None where the wheel lacks the library."""
    library = tree.packages / "llama_cpp" / "lib" / LIBRARY
    if not library.is_file():
        return None
    part = replace(tree, root=tree.stage / "graphics")
    shutil.rmtree(part.root, ignore_errors=True)
    target = part.root / library.relative_to(tree.root)
    target.parent.mkdir(parents=True)
    library.rename(target)
    for record in tree.packages.glob("llama_cpp_python-*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if LIBRARY not in line), "utf-8")
    return part
