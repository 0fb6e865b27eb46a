"""Where the installed program begins.

Job: hand the arguments to :mod:`app`. Rule: nothing else; an installed program and a checkout are the
same program from here on.
"""

from __future__ import annotations

import sys

from app.__main__ import main

sys.exit(main(sys.argv[1:]))
