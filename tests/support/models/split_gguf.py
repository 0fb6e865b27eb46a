"""Model files in parts, as llama.cpp's own tool cuts them."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from app.core.model_parts import part_name


def split(path: Path, folder: Path, parts: int, stem: str = "tiny") -> Path:
    """Write the model file at ``path`` in ``parts`` parts into ``folder``; returns the first."""
    whole = gguf.GGUFReader(path)
    names = [folder / part_name(stem, number, parts) for number in range(1, parts + 1)]
    for number, name in enumerate(names):
        writer = gguf.GGUFWriter(name, "gpt-oss")
        if number == 0:
            for field in whole.fields.values():
                if field.name.startswith("GGUF.") or field.name == "general.architecture":
                    continue
                kind = field.types[0]
                inner = field.types[1] if kind == gguf.GGUFValueType.ARRAY else None
                writer.add_key_value(field.name, field.contents(), kind, inner)
        writer.add_uint16("split.no", number)
        writer.add_uint16("split.count", parts)
        writer.add_int32("split.tensors.count", len(whole.tensors))
        for tensor in whole.tensors[number::parts]:
            data = np.array(tensor.data)
            writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return names[0]
