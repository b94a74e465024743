"""Exits 0 where one process may trace another, which user-mode-linux needs."""

import ctypes
import os
import signal
import sys

PTRACE_TRACEME = 0


def traced_child_stops() -> bool:
    """Whether a child that asks to be traced stops under our eyes."""
    child = os.fork()
    if child == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(PTRACE_TRACEME, 0, None, None) != 0:
            os._exit(1)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


if __name__ == "__main__":
    sys.exit(0 if traced_child_stops() else 1)
