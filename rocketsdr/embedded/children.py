"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def dying_with_us(last_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel will send the child this signal when we are gone, also after kill -9.

    macOS has no such signal: there the next start finds the child by its lock.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
