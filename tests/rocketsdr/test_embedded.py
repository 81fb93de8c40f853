"""The life of the embedded services: real processes in new homes, counted by the kernel's own list."""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from rocketsdr.embedded import postgres


def test_the_first_user_of_a_new_home_starts_both_servers(make_home):
    home = make_home()
    assert home.processes() == {}
    user = home.user()
    assert user.query("SHOW server_version_num") >= "180000"
    assert user.query("SHOW max_connections") == "200"
    assert user.query("SHOW server_encoding") == "UTF8"
    assert user.query("SELECT lower('ÄÉ')") == "äé"
    assert user.redis().ping()


def test_the_role_makes_databases_for_tests_and_is_no_superuser(home):
    user = home.user()
    user.query("CREATE DATABASE another")
    assert user.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"


def test_three_processes_that_come_at_once_share_one_pair_of_servers(make_home):
    home = make_home()
    users = [home.arriving_user() for _ in range(3)]
    assert len({user.joined().query("SELECT pg_postmaster_start_time()") for user in users}) == 1
    assert home.pid_of("supervisor")
    assert home.pid_of("redis-server")


def test_the_servers_stop_with_the_last_user_and_leave_only_data_behind(home):
    first, second = home.user(), home.user()
    first.query("CREATE TABLE kept ()")
    first.leave()
    assert second.answers()
    second.leave()
    assert home.eventually(home.is_quiet)
    assert {path.name for path in home.path.iterdir()} == {"locks", "log", "postgres", "secrets"}
    assert not (home.path / "postgres" / "postmaster.pid").exists()
    assert home.user().query("SELECT count(*) FROM kept") == "0"


def test_killed_users_count_as_gone(home):
    first, second = home.user(), home.user()
    first.leave(kill=True)
    assert second.answers()
    second.leave(kill=True)
    assert home.eventually(home.is_quiet)


def test_a_fork_of_a_killed_user_keeps_the_servers(home):
    user = home.user()
    user.tell("fork")
    fork = user.child()
    user.process.kill()
    user.process.wait()
    assert user.answers()
    os.kill(fork, signal.SIGKILL)
    assert home.eventually(home.is_quiet)


def test_a_program_that_a_user_started_does_not_keep_the_servers(home):
    user = home.user()
    user.tell("run")
    program = user.child()
    user.process.kill()
    user.process.wait()
    assert home.eventually(home.is_quiet)
    os.kill(program, signal.SIGKILL)


def test_control_c_at_the_terminal_of_a_user_does_not_reach_the_servers(home):
    user = home.user()
    assert os.getsid(home.pid_of("supervisor")) != os.getsid(user.pid)
    assert {os.getsid(pid) for pid in home.processes()}.isdisjoint({os.getsid(0)})


def test_a_killed_supervisor_takes_its_servers_along_and_joining_again_heals(home):
    user = home.user()
    user.query("CREATE TABLE kept ()")
    home.kill("supervisor")
    assert home.eventually(lambda: not home.processes())
    assert not user.answers()
    user.tell("join")
    assert user.query("SELECT count(*) FROM kept") == "0"
    user.leave()
    assert home.eventually(home.is_quiet)


@pytest.mark.parametrize("server", ["/postgres", "redis-server"])
def test_a_killed_server_is_started_again_under_its_users(home, server):
    user = home.user()
    dead = home.kill(server)
    assert home.eventually(user.answers)
    assert home.pid_of(server) != dead


def test_everything_killed_at_once_recovers(home):
    user = home.user()
    user.query("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    for pid in home.processes():
        with suppress(ProcessLookupError):  # it ended by itself when the one before it was killed
            os.kill(pid, signal.SIGKILL)
    user.leave(kill=True)
    assert home.user().query("SELECT count(*) FROM kept") == "1000"


def test_a_pid_file_left_by_a_crash_does_not_count_when_another_program_got_the_number(home):
    home.user().leave()
    assert home.eventually(home.is_quiet)
    left_behind = f"{os.getpid()}\n{home.path}/postgres\n1\n5432\n{home.path}/run\n\n1 1\nready\n"
    (home.path / "postgres" / "postmaster.pid").write_text(left_behind)
    assert home.user().answers()


def test_who_comes_while_the_servers_stop_waits_and_starts_them_again(home):
    for _ in range(3):
        home.user().leave()
        assert home.user().answers()
        home.users.pop().leave()


def test_two_homes_side_by_side_do_not_collide(make_home):
    ours, theirs = make_home("ours"), make_home("theirs")
    first, second = ours.arriving_user(), theirs.arriving_user()
    first.joined().query("CREATE TABLE mine ()")
    second.joined()
    first.redis().set("mine", 1)
    assert second.query("SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == "0"
    assert second.redis().get("mine") is None
    first.leave()
    assert ours.eventually(ours.is_quiet)
    assert second.answers()


def test_a_long_path_puts_the_sockets_in_a_folder_of_tmp_that_goes_with_them(make_home):
    home = make_home("long" * 20)
    user = home.user()
    folder = Path(user.redis().connection_pool.connection_kwargs["path"]).parent
    assert folder.name.startswith(f"rocketsdr-{os.geteuid()}-")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert user.answers()
    user.leave()
    assert home.eventually(lambda: not home.processes() and not folder.exists())


def test_servers_that_cannot_start_say_why_in_one_sentence(home):
    home.user().leave()
    assert home.eventually(home.is_quiet)
    (home.path / "postgres" / "PG_VERSION").write_text("17\n")
    said = home.said("from rocketsdr import embedded; embedded.join()")
    assert "was made by PostgreSQL 17 and this is PostgreSQL" in said
    assert "Traceback" not in said
    assert home.eventually(home.is_quiet)


def test_broken_data_is_reported_with_postgresql_s_own_words(home):
    home.user().leave()
    assert home.eventually(home.is_quiet)
    (home.path / "postgres" / "global" / "pg_control").unlink()
    said = home.said("from rocketsdr import embedded; embedded.join()")
    assert said.startswith("PostgreSQL did not start:")
    assert "pg_control" in said


def test_named_services_are_used_instead_of_embedded_ones(make_home):
    home = make_home(variables={"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere"})
    assert home.said("from rocketsdr import embedded; embedded.join(); print(embedded.wanted())") == "False"
    assert not home.path.exists()


def test_a_wrong_password_opens_neither_server(home):
    user = home.user()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(user.urls[0], password="guess")
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(user.urls[0], user="postgres")
    guess = re.sub(":[^:@]+@", ":guess@", user.urls[1])
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(guess).ping()


@pytest.mark.parametrize(("memory", "buffers"), [(512, 128), (8 * 1024, 1024), (64 * 1024, 2048)])
def test_postgresql_keeps_its_pages_in_an_eighth_of_the_memory(memory, buffers):
    assert postgres._buffers(memory * postgres.MEGABYTE) == buffers * postgres.MEGABYTE


@pytest.mark.parametrize(("limit", "less"), [("max\n", False), ("536870912\n", True), (None, False)])
def test_the_memory_of_a_container_is_what_it_may_use(monkeypatch, tmp_path, limit, less):
    path = tmp_path / "memory.max"
    if limit is not None:
        path.write_text(limit, encoding="ascii")
    monkeypatch.setattr(postgres, "CONTAINER_LIMIT", path)
    assert (postgres._memory() == 536870912) is less
