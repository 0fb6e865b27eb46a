"""What the program takes from the environment it is started in, and what it refuses.

Job: forget, before anything reads them, variables that could put foreign code into this process, make
Qt listen on a port, or make a library print what it handles. Rule: places, languages, screens, scaling
and input methods are the person's and stay; every other ``QT_`` variable goes, known or not. What the
system's own loader and Python read before our first line cannot be undone here.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

_FOREIGN_CODE = frozenset(
    {
        # Python, for what this program starts; it has read them for itself already.
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHON_KEYRING_BACKEND",
        # Cryptography: a configuration file may name libraries.
        "OPENSSL_CONF",
        "OPENSSL_MODULES",
        "OPENSSL_ENGINES",
        "SSLKEYLOGFILE",
        # The engine's libraries.
        "GGML_BACKEND_PATH",
        "LLAMA_CPP_LIB",
        "LLAMA_CPP_LIB_PATH",
        # What Qt may load on a Linux desktop: a theme of GTK, graphics drivers, character sets.
        "GTK_MODULES",
        "GTK3_MODULES",
        "GTK_PATH",
        "GTK_EXE_PREFIX",
        "GTK_IM_MODULE_FILE",
        "GIO_EXTRA_MODULES",
        "GIO_MODULE_DIR",
        "GDK_PIXBUF_MODULE_FILE",
        "GDK_PIXBUF_MODULEDIR",
        "LIBGL_DRIVERS_PATH",
        "GBM_BACKENDS_PATH",
        "LIBVA_DRIVERS_PATH",
        "VK_ICD_FILENAMES",
        "VK_DRIVER_FILES",
        "VK_LAYER_PATH",
        "VK_ADD_LAYER_PATH",
        "__EGL_VENDOR_LIBRARY_DIRS",
        "__EGL_VENDOR_LIBRARY_FILENAMES",
        "GCONV_PATH",
    }
)
_QT_KEPT = frozenset(
    {
        "QT_QPA_PLATFORM",  # after a look at its value
        "QT_ACCESSIBILITY",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON",
        "QT_IM_MODULE",
        "QT_IM_MODULES",
        "QT_SCALE_FACTOR",
        "QT_SCALE_FACTOR_ROUNDING_POLICY",
        "QT_SCREEN_SCALE_FACTORS",
        "QT_AUTO_SCREEN_SCALE_FACTOR",
        "QT_ENABLE_HIGHDPI_SCALING",
        "QT_USE_PHYSICAL_DPI",
        "QT_FONT_DPI",
        "QT_XCB_GL_INTEGRATION",
        "QT_XCB_NO_XI2",
        "QT_WAYLAND_DISABLE_WINDOWDECORATION",
    }
)
_SCREENS = frozenset({"xcb", "wayland", "wayland-egl", "offscreen", "minimal", "cocoa", "windows"})
"""Ways to show a window; others of Qt's show it to a port of the network."""


def forget_foreign(variables: MutableMapping[str, str] = os.environ) -> None:
    """Remove what must not have a say; called once, first thing, by the window and the verbs."""
    for name in list(variables):
        known = name.upper()
        if known in _FOREIGN_CODE or (known.startswith("QT_") and known not in _QT_KEPT):
            del variables[name]
    if "QT_QPA_PLATFORM" in variables:
        wanted = (way.partition(":")[0] for way in variables["QT_QPA_PLATFORM"].split(";"))
        allowed = ";".join(way for way in wanted if way in _SCREENS)
        if allowed:
            variables["QT_QPA_PLATFORM"] = allowed
        else:
            del variables["QT_QPA_PLATFORM"]
