"""What is known of graphics processors by what their makers call them.

Job: find a device's memory bandwidth, and what gpt-oss-20b was measured to decode on it, by the words of
its name. Rule: a name with one word more (Ti, Pro, Laptop) is another device, and what is not listed is
not guessed.

Bandwidths are the makers'; measured figures are public reports (llama.cpp discussion 15396). Of AMD's
cards newer than a driver, the driver gives only the chip's number, which is listed where all cards with
that chip have the same memory. A processor's own graphics have the memory that the computer has, so that
of those only chips whose memory is soldered beside them are listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REACHED, REACHED_BY_AMD = 0.6, 0.5
"""Which part of its bandwidth a device reaches while it decodes.

With 1.2 ms a token for starting its computations, 0.6 lies within 40 % of every report for Apple's and
NVIDIA's devices, and 0.5 of the three found for AMD's (RX 9070 XT 132 tokens a second, RX 7900 XT 98,
RX 7900 XTX 119).
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Bandwidth in GB/s, the part of it that is reached, tokens a second of gpt-oss-20b (0: unknown)."""

    bandwidth_gbs: float
    measured: float = 0.0
    reached: float = REACHED


_APPLE = {
    "m1": Known(68),
    "m1 pro": Known(200, 45.7),
    "m1 max": Known(400, 75.2),
    "m1 ultra": Known(800),
    "m2": Known(100),
    "m2 pro": Known(200),
    "m2 max": Known(400),
    "m2 ultra": Known(800, 130),
    "m3": Known(100),
    "m3 pro": Known(150),
    "m3 max": Known(300),
    "m3 ultra": Known(819, 115.5),
    "m4": Known(120),
    "m4 pro": Known(273, 63.3),
    "m4 max": Known(546, 94),
    "m5": Known(153),
}
_NVIDIA = {
    "gtx 1080 ti": Known(484),
    "rtx 2070": Known(448),
    "rtx 2080": Known(448),
    "rtx 2080 ti": Known(616),
    "rtx 3060": Known(360, 75),
    "rtx 3060 ti": Known(448),
    "rtx 3070": Known(448),
    "rtx 3070 ti": Known(608),
    "rtx 3080": Known(760),
    "rtx 3080 ti": Known(912),
    "rtx 3090": Known(936, 162),
    "rtx 3090 ti": Known(1008),
    "rtx 4060": Known(272),
    "rtx 4060 ti": Known(288),
    "rtx 4070": Known(504),
    "rtx 4070 super": Known(504),
    "rtx 4070 ti": Known(504),
    "rtx 4070 ti super": Known(672),
    "rtx 4080": Known(717),
    "rtx 4080 super": Known(736, 186),
    "rtx 4090": Known(1008, 222),
    "rtx 5060": Known(448),
    "rtx 5060 ti": Known(448, 111.5),
    "rtx 5070": Known(672),
    "rtx 5070 ti": Known(896, 189),
    "rtx 5080": Known(960, 205),
    "rtx 5090": Known(1792, 283),
    "rtx 3060 laptop": Known(336),
    "rtx 3070 laptop": Known(448),
    "rtx 3070 ti laptop": Known(448),
    "rtx 3080 laptop": Known(448),
    "rtx 3080 ti laptop": Known(512),
    "rtx 4060 laptop": Known(256),
    "rtx 4070 laptop": Known(256),
    "rtx 4080 laptop": Known(432),
    "rtx 4090 laptop": Known(576),
    "rtx 5060 laptop": Known(384),
    "rtx 5070 laptop": Known(384),
    "rtx 5070 ti laptop": Known(672),
    "rtx 5080 laptop": Known(896),
    "rtx 5090 laptop": Known(896),
    "rtx a4000": Known(448),
    "rtx a5000": Known(768),
    "rtx a6000": Known(768),
    "rtx 6000 ada": Known(960),
    "rtx pro 6000": Known(1792),
    "a10": Known(600),
    "a100": Known(1935),
    "a100 pcie": Known(1555),
    "h100": Known(3350),
    "h100 pcie": Known(2039),
    "h200": Known(4800),
    "l4": Known(300),
    "l40s": Known(864),
    "t4": Known(320),
}
_AMD_GBS = {
    "rx 6600": 224,
    "rx 6600 xt": 256,
    "rx 6650 xt": 280,
    "rx 6700 xt": 384,
    "rx 6750 xt": 432,
    "rx 6800": 512,
    "rx 6800 xt": 512,
    "rx 6900 xt": 512,
    "rx 6950 xt": 576,
    "rx 7600": 288,
    "rx 7600 xt": 288,
    "rx 7700 xt": 432,
    "rx 7800 xt": 624,
    "rx 7900 gre": 576,
    "rx 7900 xt": 800,
    "rx 7900 xtx": 960,
    "rx 9060 xt": 320,
    "rx 9070": 640,
    "rx 9070 xt": 640,
    "pro w6800": 512,
    "pro w7800": 576,
    "pro w7900": 864,
    "ai pro r9700": 640,
    "gfx1200": 320,
    "gfx1201": 640,
    "8050s": 256,
    "8060s": 256,
    "gfx1151": 256,
}
_MEASURED_AMD = {"rx 7900 xt": 98.0}
_DEVICES = {
    frozenset(words.split()): known
    for table in (
        _APPLE,
        _NVIDIA,
        {
            words: Known(gbs, _MEASURED_AMD.get(words, 0.0), REACHED_BY_AMD)
            for words, gbs in _AMD_GBS.items()
        },
    )
    for words, known in table.items()
}
_TELLING = frozenset(
    ("pro", "max", "ultra", "ti", "super", "laptop", "mobile", "xt", "xtx", "gre", "ada", "pcie")
)
"""Words that make another device of one: none may be left over."""
_WORD = re.compile(r"[a-z0-9]+")


def known_device(name: str) -> Known | None:
    """Return what is known of the device its maker or its driver calls ``name``, None for nothing."""
    words = frozenset(_WORD.findall(name.lower()))
    return next(
        (
            known
            for entry, known in _DEVICES.items()
            if entry <= words and not (words - entry) & _TELLING
        ),
        None,
    )
