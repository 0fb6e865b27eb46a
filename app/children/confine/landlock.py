"""Linux Landlock: the files a child may still see.

Job: build a ruleset from paths and put it in force. Rule: everything this kernel can restrict is
restricted, and only what is listed is given back; rights newer than the kernel are masked out.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISDIR

from app.children.confine.report import Mechanism

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_CREATE_VERSION = 1
_RULE_PATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_REMOVE_FILE, _MAKE_FILE = 1 << 5, 1 << 8
_NET_BIND, _NET_CONNECT = 1, 2
_SCOPE_SOCKETS_SIGNALS = 3

READ = _READ_FILE | _READ_DIR
USE = _READ_FILE | _WRITE_FILE | _IOCTL_DEV
"""Read, write and control: for device nodes."""
READ_WRITE = _READ_FILE | _WRITE_FILE
KEEP_FILES = READ | _WRITE_FILE | _MAKE_FILE | _REMOVE_FILE | _TRUNCATE
"""Make, change, rename and remove files, but no folders and nothing else: for a folder of downloads."""

Rule = tuple[Path, int]


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def file_rights(version: int) -> int:
    """Return every file right that Landlock of this ABI version can restrict."""
    rights = _FIRST_RIGHTS
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        rights |= right if version >= since else 0
    return rights


def abi_version(libc: ctypes.CDLL) -> int:
    """Return the kernel's Landlock ABI version, 0 if it has none or it is switched off."""
    return max(0, int(libc.syscall(_number(_CREATE), None, ctypes.c_size_t(0), _flags(_CREATE_VERSION))))


def restrict(libc: ctypes.CDLL, rules: Iterable[Rule], *, network: bool = False) -> Mechanism:
    """Put the rules in force for this thread and all it starts; NO_NEW_PRIVS must be set already.

    ``network`` leaves connecting free; taking a port is refused in any case.
    """
    version = abi_version(libc)
    if not version:
        return _report(0, ctypes.get_errno() or errno.ENOSYS)
    handled = file_rights(version)
    attributes = _Ruleset(
        handled,
        (_NET_BIND if network else _NET_BIND | _NET_CONNECT) if version >= 4 else 0,
        _SCOPE_SOCKETS_SIGNALS if version >= 6 else 0,
    )
    ruleset = libc.syscall(
        _number(_CREATE), ctypes.byref(attributes), ctypes.c_size_t(_size(version)), _flags(0)
    )
    if ruleset < 0:
        return _report(version, ctypes.get_errno())
    try:
        for path, rights in rules:
            failed = _add(libc, ruleset, path, rights & handled)
            if failed:
                return _report(version, failed)
        if libc.syscall(_number(_RESTRICT), ctypes.c_int(ruleset), _flags(0)):
            return _report(version, ctypes.get_errno())
    finally:
        os.close(ruleset)
    return _report(version, 0)


def _add(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> int:
    """Add one rule; returns 0 or an errno. A path that cannot be reached needs no rule."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        if not S_ISDIR(os.fstat(parent).st_mode):
            rights &= ~(_READ_DIR | _MAKE_FILE | _REMOVE_FILE)
        rule = _PathBeneath(rights, parent)
        failed = libc.syscall(
            _number(_ADD_RULE),
            ctypes.c_int(ruleset),
            ctypes.c_int(_RULE_PATH),
            ctypes.byref(rule),
            _flags(0),
        )
        return ctypes.get_errno() if failed else 0
    finally:
        os.close(parent)


def _size(version: int) -> int:
    # A kernel refuses attributes longer than those it knows unless the rest is zero; be exact.
    return 8 if version < 4 else 16 if version < 6 else 24


def _report(version: int, failed: int) -> Mechanism:
    return Mechanism("files", in_force=not failed, boundary=True, errno=failed, version=version)


def _number(number: int) -> ctypes.c_long:
    return ctypes.c_long(number)


def _flags(flags: int) -> ctypes.c_uint32:
    return ctypes.c_uint32(flags)
