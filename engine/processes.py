"""Which processes are there on this machine."""

import os
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY_LIMITED_INFORMATION = 0x1000
    _ACCESS_DENIED = 5
    _STILL_ACTIVE = 259

    def is_running(pid: int) -> bool:
        """Whether there is a process of this number; signal 0 would end it here."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, wintypes.LPDWORD)
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        process = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
        if not process:
            return ctypes.get_last_error() == _ACCESS_DENIED  # it is another user's
        try:
            # One that has ended can be opened for as long as anyone holds on to it.
            code = wintypes.DWORD(_STILL_ACTIVE)
            kernel.GetExitCodeProcess(process, ctypes.byref(code))
            return code.value == _STILL_ACTIVE
        finally:
            kernel.CloseHandle(process)

else:

    def is_running(pid: int) -> bool:
        """Whether there is a process of this number."""
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            return True  # it is another user's
        return True
