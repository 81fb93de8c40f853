"""Redis on a socket of the home, with a password, and without files: PostgreSQL is the queue, so what Redis holds may be lost."""

import contextlib
import json
import signal
import socket
from pathlib import Path

from rocketsdr.embedded import places
from rocketsdr.embedded.service import Service

SETTINGS = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {home}
save ""
appendonly no
daemonize no
"""


class Redis(Service):
    name = "redis"
    label = "Redis"
    stop_signal = signal.SIGTERM

    def prepare(self, lock: int) -> None:
        self._socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        return [str(self.plan.redis), "-"]  # from standard input: everybody may read a command line, and this holds the password

    def configuration(self) -> bytes:
        home = json.dumps(str(self.plan.home), ensure_ascii=False)  # the same quotes and backslashes as in its configuration
        password = places.redis_password(self.plan.home)
        return SETTINGS.format(socket=self._socket, password=password, home=home).encode()

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self._socket))
            client.sendall(f"AUTH {places.redis_password(self.plan.home)}\r\nPING\r\n".encode())
            return client.recv(64).startswith(b"+OK")
        return False

    @property
    def _socket(self) -> Path:
        return places.redis_socket(self.plan.home)
