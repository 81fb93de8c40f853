"""Where a home keeps its files, and the addresses and secrets that follow from it; nothing here starts anything."""

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from rocketsdr import env

PROJECT = Path(__file__).resolve().parent.parent.parent
ROLE = DATABASE = "rocketsdr"
POSTGRES_PORT = 5432  # only the number in the socket's name: nothing listens on TCP
# The kernel takes socket paths of 107 bytes (103 on macOS); URLs and connection strings take these letters as they are.
PLAIN_SOCKETS_PATH = re.compile(r"[A-Za-z0-9_./-]{1,85}")
LOG_LIMIT = 5 * 1024 * 1024


def wanted() -> bool:
    """Say whether this process is to use the embedded services: no database and no Redis is named, and it is not production."""
    return not (env.optional("DATABASE_URL") or env.optional("REDIS_URL") or env.flag("PRODUCTION", default=False))


def home(path: Path | None = None) -> Path:
    """Return the folder that holds everything of the embedded mode; it is made when missing and nobody else may enter it."""
    path = path or Path(env.text("ROCKETSDR_HOME", str(PROJECT / ".rocketsdr")))
    return private_folder(path.expanduser().resolve(), name="ROCKETSDR_HOME")


def sockets(home: Path) -> Path:
    """Return the folder of the sockets: in the home, or in /tmp when the home's path is too long for a socket."""
    inside = home / "run"
    if PLAIN_SOCKETS_PATH.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(bytes(home)).hexdigest()[:16]
    outside = Path(f"/tmp/rocketsdr-{os.geteuid()}-{digest}")  # noqa: S108 - private_folder refuses it when it is not ours
    return private_folder(outside, name="The folder of the sockets", make=False)


def redis_socket(home: Path) -> Path:
    return sockets(home) / "redis.sock"


def database_url() -> str:
    """Return where this home's PostgreSQL answers once `join` was called."""
    place = home()
    return f"postgresql://{ROLE}:{database_password(place)}@:{POSTGRES_PORT}/{DATABASE}?host={sockets(place)}"


def redis_url() -> str:
    """Return where this home's Redis answers once `join` was called."""
    place = home()
    return f"unix://:{redis_password(place)}@{redis_socket(place)}?db=0"


def broker_url(redis_url: str) -> str:
    """Translate a Redis URL into the one that Celery understands: it has a word of its own for sockets."""
    parts = env.parsed(redis_url, schemes=("redis", "rediss", "unix"), name="REDIS_URL")
    if parts.scheme != "unix":
        return redis_url
    credentials = f"{quote(parts.username)}:{quote(parts.password)}@" if parts.password else ""
    return f"redis+socket://{credentials}{parts.path}?virtual_host={parts.options.get('db', '0')}"


def database_password(home: Path) -> str:
    return _kept(home, "postgres_password", secrets.token_urlsafe)


def redis_password(home: Path) -> str:
    return _kept(home, "redis_password", secrets.token_urlsafe)


def kept_secret(name: str, make: Callable[[], str]) -> str:
    """Return the home's secret of this name, made once and kept, also when two processes ask for it first."""
    return _kept(home(), name, make)


def _kept(home: Path, name: str, make: Callable[[], str]) -> str:
    path = private_folder(home / "secrets", name="The folder of the secrets") / name
    if not path.exists():
        _write_once(path, make())
    return path.read_text(encoding="utf-8")


def _write_once(path: Path, value: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)  # whole or not at all, and the first one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def log_file(home: Path, name: str) -> Path:
    return private_folder(home / "log", name="The folder of the logs") / f"{name}.log"


def open_log(home: Path, name: str) -> BinaryIO:
    """Open a log of this home to append to; what outgrew the limit moves aside first."""
    path = log_file(home, name)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def last_lines(path: Path, *, since: int = 0, count: int = 10) -> list[str]:
    """Return the last lines that a log got after the offset."""
    with path.open("rb") as file:
        file.seek(since)
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip()][-count:]


def private_folder(path: Path, *, name: str, make: bool = True) -> Path:
    """Make the folder for us alone; refuse a link, somebody else's folder, and one that others may enter."""
    if make:
        _make_folder(path, name)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return path
    if not stat.S_ISDIR(found.st_mode):
        raise env.BadSetting(f"{name} {path} is no folder: remove it or set ROCKETSDR_HOME to another place.")
    if found.st_uid != os.geteuid():
        raise env.BadSetting(f"{name} {path} belongs to user {found.st_uid}: run as that user or set ROCKETSDR_HOME to another place.")
    if found.st_mode & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):o}"
        raise env.BadSetting(f"{name} {path} has mode {mode}, open to others: run chmod 700 on it or set ROCKETSDR_HOME to another place.")
    return path


def _make_folder(path: Path, name: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
    except OSError as exc:
        raise env.BadSetting(f"{name} {path} cannot be made ({exc.strerror}): set ROCKETSDR_HOME to a folder you may write to.") from None
