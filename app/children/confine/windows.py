"""Windows: job objects through kernel32. Written from documentation; not run by us yet.

Job: ``Job.that_ends_with_us`` ties a child's life to its parent; ``confine`` puts the child into a
job of its own that may start no program. Rule: a job object closes neither files nor sockets, so
the level reported is never more than partial.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.children.confine.report import Confinement, Mechanism

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _BASIC_UI = 4
    _EXTENDED_LIMIT = 9
    _ACTIVE_PROCESS = 0x8
    _DIE_ON_UNHANDLED_EXCEPTION = 0x400
    _KILL_ON_JOB_CLOSE = 0x2000
    _ALL_UI = 0xFF
    _SET_QUOTA_AND_TERMINATE = 0x0100 | 0x0001

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoCounters", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    def _kernel32() -> ctypes.WinDLL:
        library = ctypes.WinDLL("kernel32", use_last_error=True)
        library.CreateJobObjectW.restype = wintypes.HANDLE
        library.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
        library.SetInformationJobObject.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        )
        library.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        library.OpenProcess.restype = wintypes.HANDLE
        library.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
        library.GetCurrentProcess.restype = wintypes.HANDLE
        library.CloseHandle.argtypes = (wintypes.HANDLE,)
        return library

    class Job:
        """A job object; it stays open, by intent, for as long as this process lives."""

        def __init__(self, limit_flags: int, processes: int = 0) -> None:
            self._kernel = _kernel32()
            self._handle = self._kernel.CreateJobObjectW(None, None)
            if not self._handle:
                raise ctypes.WinError(ctypes.get_last_error())
            limits = _ExtendedLimits()
            limits.Basic.LimitFlags = limit_flags
            limits.Basic.ActiveProcessLimit = processes
            self._set(_EXTENDED_LIMIT, limits)

        @classmethod
        def that_ends_with_us(cls) -> Job:
            """Return a job whose processes end when this process does."""
            return cls(_KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED_EXCEPTION)

        def forbid_user_interface(self) -> None:
            """Refuse the clipboard, other windows, system settings and leaving Windows."""
            self._set(_BASIC_UI, wintypes.DWORD(_ALL_UI))

        def adopt(self, pid: int) -> None:
            """Put a process into the job; raises OSError."""
            process = self._kernel.OpenProcess(_SET_QUOTA_AND_TERMINATE, False, pid)
            if not process:
                raise ctypes.WinError(ctypes.get_last_error())
            try:
                self._assign(process)
            finally:
                self._kernel.CloseHandle(process)

        def adopt_us(self) -> None:
            """Put this very process into the job; raises OSError."""
            self._assign(self._kernel.GetCurrentProcess())

        def _assign(self, process: int) -> None:
            if not self._kernel.AssignProcessToJobObject(self._handle, process):
                raise ctypes.WinError(ctypes.get_last_error())

        def _set(self, what: int, value: ctypes.Structure | wintypes.DWORD) -> None:
            size = ctypes.sizeof(value)
            if not self._kernel.SetInformationJobObject(self._handle, what, ctypes.byref(value), size):
                raise ctypes.WinError(ctypes.get_last_error())

    def confine(
        readable: Sequence[Path],  # noqa: ARG001 - a job cannot tell files apart
        devices: Sequence[Path] = (),  # noqa: ARG001 - the same
        writable: Sequence[Path] = (),  # noqa: ARG001 - the same
        network: bool = False,  # noqa: ARG001 - nor sockets
    ) -> Confinement:
        """Give up starting programs and touching the desktop."""
        try:
            job = Job(_ACTIVE_PROCESS | _DIE_ON_UNHANDLED_EXCEPTION, processes=1)
            job.forbid_user_interface()
            job.adopt_us()
        except OSError as error:
            return _report(in_force=False, errno=error.winerror or 0)
        return _report(in_force=True, errno=0)


def _report(*, in_force: bool, errno: int) -> Confinement:
    return Confinement(
        (
            Mechanism("job_object", in_force, boundary=True, errno=errno),
            Mechanism("files", in_force=False, boundary=True),
            Mechanism("sockets", in_force=False, boundary=True),
        )
    )
