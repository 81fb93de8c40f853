"""Who runs the embedded services and who gets in: root, an ordinary user, a stranger on the same machine."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from rocketsdr import embedded
from rocketsdr.embedded import places

SOMEBODY, STRANGER = 51_001, 51_002
JOIN = "from rocketsdr import embedded; embedded.join()"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")

BREAK_IN = """
import os, socket, sys, psycopg
home, database_url, redis_url = sys.argv[1:]
redis_socket = redis_url.partition("@")[2].partition("?")[0]
def attempt(what):
    try:
        what()
        print("open")
    except (PermissionError, psycopg.OperationalError) as exc:
        print("closed" if "ermission denied" in str(exc) else exc)
attempt(lambda: os.listdir(home))
attempt(lambda: open(home + "/secrets/postgres_password"))
attempt(lambda: psycopg.connect(database_url))
with socket.socket(socket.AF_UNIX) as client:
    attempt(lambda: client.connect(redis_socket))
"""


@pytest.fixture
def open_folder():
    """A folder that everybody may enter, which pytest's own are not; name it before `make_home`, to outlive the homes in it."""
    folder = Path(tempfile.mkdtemp(prefix="open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def python_for_all(make_home):
    """A Python with our packages that other users may run; the one of this test run may lie in a closed folder."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        home = make_home("trial", python=python, uid=SOMEBODY)
        with contextlib.suppress(PermissionError):
            if not home.said("import psycopg, rocketsdr.embedded"):
                return python
    pytest.skip("no Python on this machine lets another user import the project's packages")


@as_root
@pytest.mark.parametrize("uid", [pwd.getpwnam("nobody").pw_uid, SOMEBODY], ids=["with a name", "without a name, as in containers"])
def test_an_ordinary_user_runs_the_services_as_himself(open_folder, make_home, python_for_all, uid):
    os.chown(open_folder, uid, uid)
    home = make_home(open_folder / "home", python=python_for_all, uid=uid)
    user = home.user()
    assert user.answers()
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in home.processes()} == {uid}
    user.leave(kill=True)
    assert home.eventually(home.is_quiet)
    assert [path.name for path in open_folder.iterdir()] == ["home"]


@as_root
def test_root_runs_postgresql_in_a_closed_folder_without_changing_a_permission(make_home, tmp_path):
    tmp_path.chmod(0o700)
    around = [*tmp_path.parents, tmp_path]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in around]
    home = make_home()
    assert home.user().answers()
    assert [(path.stat().st_mode, path.stat().st_uid) for path in around] == before


@as_root
def test_root_runs_postgresql_also_where_user_namespaces_are_forbidden(make_home, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "setpriv").symlink_to(shutil.which("setpriv"))
    home = make_home(variables={"PATH": str(tmp_path / "bin")})
    assert home.user().answers()
    assert Path(f"/proc/{home.pid_of('/postgres')}").stat().st_uid != 0
    home.kill("supervisor")
    assert home.eventually(lambda: not home.processes())
    home.variables = {}
    assert home.user().answers(), "the same data serves again where namespaces are allowed"
    assert (home.path / "postgres" / "PG_VERSION").stat().st_uid == 0


@as_root
def test_root_without_any_way_to_run_postgresql_is_told_to_name_a_database(make_home):
    said = make_home(variables={"PATH": "/nowhere"}).said(JOIN)
    assert said.startswith("PostgreSQL refuses to run as root")
    assert "DATABASE_URL" in said
    assert "\n" not in said


@as_root
def test_another_local_user_gets_in_nowhere_even_with_the_passwords(open_folder, make_home, python_for_all):
    home = make_home(open_folder / "home")
    urls = home.user().urls
    stranger = make_home("stranger", python=python_for_all, uid=STRANGER)
    assert stranger.said(BREAK_IN, str(home.path), *urls).splitlines() == ["closed"] * 4


@as_root
def test_another_local_user_gets_not_at_the_sockets_in_tmp_either(open_folder, make_home, python_for_all):
    home = make_home(open_folder / ("long" * 25))
    urls = home.user().urls
    stranger = make_home("stranger", python=python_for_all, uid=STRANGER)
    assert stranger.said(BREAK_IN, str(home.path), *urls).splitlines() == ["closed"] * 4


def test_a_home_that_others_may_enter_is_refused(make_home):
    home = make_home()
    home.path.mkdir(mode=0o755)
    assert re.fullmatch(r"ROCKETSDR_HOME /\S+ has mode 755, open to others: run chmod 700 on it or .*\.", home.said(JOIN))


@as_root
def test_a_home_that_belongs_to_somebody_else_is_refused(make_home):
    home = make_home()
    home.path.mkdir(mode=0o700)
    os.chown(home.path, SOMEBODY, SOMEBODY)
    assert f"belongs to user {SOMEBODY}" in home.said(JOIN)


def test_a_home_that_is_a_file_or_lies_below_one_is_refused(make_home, tmp_path):
    (tmp_path / "file").write_text("")
    assert "is no folder" in make_home("file").said(JOIN)
    assert "cannot be made" in make_home("file/home").said(JOIN)


def test_a_folder_put_where_the_sockets_go_in_tmp_is_refused(make_home, tmp_path):
    home = make_home("long" * 20)
    folder = places.sockets(home.path)
    folder.symlink_to(tmp_path)
    try:
        said = home.said(JOIN)
    finally:
        folder.unlink()
    assert said.startswith(f"The folder of the sockets {folder} is no folder")


def test_all_who_ask_for_a_secret_at_once_get_the_same_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ROCKETSDR_HOME", str(tmp_path / "home"))
    start = Barrier(8)

    def ask(number: int) -> str:
        start.wait()
        return embedded.kept_secret("secret_key", lambda: f"made by {number}")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert answers == {embedded.kept_secret("secret_key", str)}
    assert [path.name for path in (tmp_path / "home" / "secrets").iterdir()] == ["secret_key"]
    assert (tmp_path / "home" / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_missing_programs_are_named_with_the_way_out(make_home, tmp_path):
    if any(Path("/usr/lib/postgresql").glob("1[89]/bin/postgres")):
        pytest.skip("this machine has PostgreSQL 18 where Debian puts it")
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n")
    (tmp_path / "postgres").chmod(0o755)
    variables = {"PATH": str(tmp_path), "PYTHONPATH": str(places.PROJECT)}
    for call, sentence in {
        "postgres_folder": f"PostgreSQL 18 or newer is not on this machine ({tmp_path} has 17",
        "redis_server": "Neither redis-server nor valkey-server is on this machine's PATH",
    }.items():
        without_wheels = [sys.executable, "-S", "-c", f"from rocketsdr.embedded import programs; programs.{call}()"]
        done = subprocess.run(without_wheels, env=variables, cwd="/", text=True, capture_output=True, check=False)  # noqa: S603 - our own script
        assert done.stderr.startswith(sentence)
        assert "DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    ("redis_url", "broker_url"),
    [
        ("redis://cache:6379/1", "redis://cache:6379/1"),
        ("rediss://:pw@cache/0", "rediss://:pw@cache/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix://me:p%40w@/run/redis.sock?db=3", "redis+socket://me:p%40w@/run/redis.sock?virtual_host=3"),
    ],
)
def test_celery_gets_a_socket_s_address_in_its_own_words(redis_url, broker_url):
    assert embedded.broker_url(redis_url) == broker_url
