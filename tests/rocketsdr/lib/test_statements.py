"""Reads by SQL: planned once, and made again on a new connection when the server has closed the old one."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from rocketsdr.lib import statements


def end_our_connection() -> None:
    """Close this thread's connection from the server's side, as a restart does."""
    own = connection.get_connection_params()
    wanted = {name: own[name] for name in ("dbname", "user", "password", "host", "port") if name in own}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_read_on_a_connection_that_the_server_has_closed_is_made_once_more():
    end_our_connection()
    assert statements.read("SELECT %(a)s::int + 1", {"a": 1}) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_made_twice():
    with pytest.raises(OperationalError), transaction.atomic():
        end_our_connection()
        statements.read("SELECT 1", {})
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_read_that_fails_on_a_good_connection_is_not_repeated():
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout TO '10ms'")
    with CaptureQueriesContext(connection) as made, pytest.raises(OperationalError, match="statement timeout"):
        statements.read("SELECT pg_sleep(10)", {})
    connection.close()
    assert len(made) == 1


@pytest.mark.django_db
def test_the_server_keeps_the_plan_unless_a_pooler_stands_between():
    statements.read("SELECT 'kept'", {})
    connection.connection.prepare_threshold = None
    statements.read("SELECT 'not kept'", {})
    connection.connection.prepare_threshold = 0
    assert "SELECT 'kept'" in planned()
    assert "SELECT 'not kept'" not in planned()


@pytest.mark.django_db
def test_a_read_is_logged_and_counted_like_every_other_statement():
    with CaptureQueriesContext(connection) as made:
        statements.read("SELECT 1", {})
        statements.read("SELECT 1", {})
    assert [query["sql"] for query in made] == ["SELECT 1"] * 2


# --- Straight to the server, and by a cursor -------------------------------------------------------------------------------------------

KINDS = """
    SELECT %(number)s::bigint, %(text)s::text, %(at)s::timestamptz, %(at)s::date, '{"a": [1, null]}'::jsonb, ARRAY['x', 'y'],
        NULL::int, true, 1.5::numeric
"""
VALUES = {"number": 7, "text": "ä'%", "at": datetime(2026, 11, 24, 10, 30, tzinfo=UTC)}


@pytest.mark.django_db(transaction=True)
def test_both_ways_read_the_same():
    straight = statements.read(KINDS, VALUES)
    with CaptureQueriesContext(connection) as made:
        by_cursor = statements.read(KINDS, VALUES)
    assert len(made) == 1  # a cursor is used where somebody listens
    assert straight == by_cursor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [0, 1, 2**15, 2**31, 2**62, -(2**62), None])
def test_a_plan_serves_values_of_every_size(number):
    for value in (1, number, 2**40, number):
        assert statements.read("SELECT %(number)s::bigint", {"number": value}) == [(value,)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "refused"),
    [("SELECT nothing", ProgrammingError), ("SELECT 1 / %(zero)s::int", DataError), ("SELECT %(zero)s::int, (SELECT 'x')::int", DataError)],
)
def test_what_the_server_refuses_is_the_error_that_django_knows(statement, refused):
    for _ in range(2):
        with pytest.raises(refused):
            statements.read(statement, {"zero": 0})
    assert statements.read("SELECT 1", {}) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_has_begun_is_read_in():
    with transaction.atomic():
        [[first]] = statements.read("SELECT txid_current()", {})
        [[second]] = statements.read("SELECT txid_current()", {})
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_that_is_taken_back_does_to_the_plans_fails_no_read():
    for _ in range(2):
        assert statements.read("SELECT %(a)s::int", {"a": 1}) == [(1,)]
        with transaction.atomic():
            statements.read("SELECT %(a)s::int", {"a": 2})  # by a cursor, whose plan the driver knows
            transaction.set_rollback(True)
    assert statements.read("SELECT %(a)s::int", {"a": 3}) == [(3,)]


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_a_migration_has_outdated_is_made_anew():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE outdated (a int); INSERT INTO outdated VALUES (1)")
    try:
        assert statements.read("SELECT a FROM outdated", {}) == [(1,)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE outdated ALTER a TYPE text")
        assert statements.read("SELECT a FROM outdated", {}) == [("1",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE outdated")
