"""The process that starts PostgreSQL and Redis of one home and stops them when nobody holds the lease any more."""

import contextlib
import fcntl
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from rocketsdr.embedded import locks, places
from rocketsdr.embedded.errors import NotStarted
from rocketsdr.embedded.postgres import Postgres
from rocketsdr.embedded.redis import Redis
from rocketsdr.embedded.service import Plan, Service

SECONDS_OF_A_SOUND_SERVER = 10.0
EARLY_ENDS_ALLOWED = 3
NOBODY_LEFT = signal.SIGUSR1
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, NOBODY_LEFT}

logger = logging.getLogger(__name__)


class Supervisor:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.services: list[Service] = []
        self.ready = locks.open_lock(plan.home, "ready")

    def run(self, report: Callable[[str], None]) -> None:
        """Serve until nobody holds the lease, somebody asks us to end, or a server cannot be kept alive."""
        try:
            self.services = [Postgres(self.plan), Redis(self.plan)]
            self._start(self.services)
            report("ready")
            threading.Thread(target=self._tell_when_nobody_is_left, daemon=True).start()
            while signal.sigwait(WATCHED) == signal.SIGCHLD:
                self._start_again_what_died()
        except (SystemExit, OSError) as exc:
            logger.exception("The services end.")
            report(str(exc))
        finally:
            self._stop()

    def _start(self, services: list[Service]) -> None:
        places.private_folder(places.sockets(self.plan.home), name="The folder of the sockets")
        for service in services:
            service.start()
        for service in services:
            service.await_ready()
        fcntl.flock(self.ready, fcntl.LOCK_EX)
        logger.info("%s ready.", " and ".join(service.label for service in services))

    def _start_again_what_died(self) -> None:
        dead = [service for service in self.services if not service.is_running()]
        if not dead:
            return
        fcntl.flock(self.ready, fcntl.LOCK_UN)
        for service in dead:
            logger.warning("%s ended: %s", service.label, service.last_words())
            service.early_ends = service.early_ends + 1 if service.age() < SECONDS_OF_A_SOUND_SERVER else 0
            if service.early_ends > EARLY_ENDS_ALLOWED:
                raise NotStarted(f"{service.label} ends again and again: {service.last_words()}")
        self._start(dead)

    def _tell_when_nobody_is_left(self) -> None:
        fcntl.flock(locks.open_lock(self.plan.home, "lease"), fcntl.LOCK_EX)  # sleeps in the kernel; who joins now waits for our end
        os.kill(os.getpid(), NOBODY_LEFT)

    def _stop(self) -> None:
        fcntl.flock(self.ready, fcntl.LOCK_UN)
        for service in self.services:
            service.ask_to_stop()
        for service in self.services:
            service.await_stop()
        shutil.rmtree(places.sockets(self.plan.home), ignore_errors=True)
        logger.info("Stopped.")


def main(home: str, postgres: str, redis: str, fsync: str, _lock: str, pipe: str) -> None:
    """Run as the only supervisor of the home: the lock that we inherited says so until we end."""
    if os.fork() > 0:
        os._exit(0)  # so that whoever started us has no child to wait for
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # who started us may have ignored it, and programs inherit that
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    first_word = int(pipe)

    def report(word: str) -> None:
        nonlocal first_word
        if first_word >= 0:
            with contextlib.suppress(BrokenPipeError):  # whoever started us has gone; others may wait for us
                os.write(first_word, word.encode())
            os.close(first_word)
            first_word = -1

    plan = Plan(home=Path(home), postgres=Path(postgres), redis=Path(redis), fsync=fsync == "1")
    Supervisor(plan).run(report)


if __name__ == "__main__":
    main(*sys.argv[1:])
