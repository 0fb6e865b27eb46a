"""What is kept of llama.cpp's log: sizes and one harmless reason."""

from __future__ import annotations

from app.engine.computing.loading.load_journal import BufferSizes, LoadJournal, printable_reason


def test_sizes_add_up_by_device() -> None:
    journal = LoadJournal()
    for line in (
        "load_tensors:   CPU_Mapped model buffer size =   586.80 MiB\n",
        "load_tensors:        Metal model buffer size = 10949.40 MiB\n",
        "llama_kv_cache:      Metal KV buffer size =   96.00 MiB\n",
        "llama_kv_cache:      Metal KV buffer size =   12.00 MiB\n",
        "sched_reserve:      Metal compute buffer size =   500.00 MiB\n",
        "sched_reserve:      Metal compute buffer size =   398.00 MiB\n",
        "sched_reserve:        CPU compute buffer size =   116.00 MiB\n",
        "sched_reserve: nothing of interest\n",
    ):
        journal.note(2, line)
    assert journal.sizes == BufferSizes(586.8 + 10949.4, 108.0, 514.0)
    assert journal.complaints == ()
    assert journal.reason() == ""


def test_the_first_complaint_is_the_reason() -> None:
    journal = LoadJournal()
    journal.note(3, "load: a warning\n")
    journal.note(4, "gguf_init_from_reader: bad GGUF version: 0\n")
    journal.note(
        4, "llama_model_load: error loading model: failed to load model from /home/ann/x.gguf\n"
    )
    assert journal.reason() == "bad GGUF version: 0"
    assert journal.complaints[1] == "failed to load model from the file"


def test_a_reason_is_one_short_plain_line() -> None:
    hostile = "bad key '\x1b[31m\u202egnp.exe\n" + "A" * 5000 + "' in 'C:\\Users\\ann\\case.gguf'"
    line = printable_reason(hostile)
    assert len(line) <= 160
    assert line.isascii()
    assert line.isprintable()
    assert "bob" not in printable_reason("cannot open '/home/bob/case.gguf' now")
