"""Reads that are made at nearly every request: written as SQL, planned once for each connection, repeated once on a lost one."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, NotSupportedError, OperationalError, connections
from psycopg import pq
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer

Row = tuple[Any, ...]


class _Prepared(psycopg.Cursor[Row]):
    """A cursor that has the server keep the plan where PREPARED_STATEMENTS is on; Django's own sends every value as a part of the text."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> _Prepared:
        super().execute(query, params, binary=True)  # so that the driver reads times and lists without Python
        self._query: Any = SimpleNamespace(query=query.encode())  # where Django's log of statements looks for what was sent
        return self


def read(statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a SELECT as the driver reads them, JSON and times included.

    A server that was restarted has closed the connection that this thread kept. A read has changed nothing, so outside a transaction
    it is made once more, on a new connection; to ask before every request whether the old one is alive would cost a round trip each.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: Django's own name for it looks it up at each word
    try:
        return _rows(connection, statement, values)
    except (OperationalError, InterfaceError, NotSupportedError) as error:
        is_outdated = isinstance(error, NotSupportedError)  # a migration has changed a column that a plan gives
        if connection.in_atomic_block or (not is_outdated and connection.is_usable()):
            raise
        connection.close()
    return _rows(connection, statement, values)


def _rows(connection: Any, statement: str, values: Mapping[str, Any]) -> list[Row]:
    connection.ensure_connection()
    if _may_go_straight(connection):
        with connection.wrap_database_errors:
            return _straight(connection.connection, statement, values)
    raw: Any = _Prepared(connection.connection)
    with connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(statement, values)
        rows: list[Row] = cursor.fetchall()
    return rows


# --- Straight to the server ------------------------------------------------------------------------------------------------------
# A cursor of the driver sends, waits and reads step by step, and gives the interpreter's lock away at each: with several threads that
# costs more than the statement. The library below it does all of it in one call.


class _Plan(NamedTuple):
    """A statement that one connection's server has planned, and what turns values and rows of it into each other's form."""

    name: bytes
    query: Any
    transformer: Any


_plans: WeakKeyDictionary[Any, dict[object, _Plan]] = WeakKeyDictionary()


def _may_go_straight(connection: Any) -> bool:
    """Say whether nobody listens to statements, no transaction is to be begun, and the server may keep plans."""
    return not (
        connection.in_atomic_block
        or connection.queries_logged
        or connection.execute_wrappers
        or connection.connection.prepare_threshold is None
        or not connection.autocommit
    )


def _straight(raw: Any, statement: str, values: Mapping[str, Any]) -> list[Row]:
    try:
        return _planned(raw, statement, values)
    except psycopg.errors.InvalidSqlStatementName:  # the driver gives up every plan of its connection when it rolls back
        _plans.pop(raw, None)
    return _planned(raw, statement, values)


def _planned(raw: Any, statement: str, values: Mapping[str, Any]) -> list[Row]:
    plans = _plans.setdefault(raw, {})
    known = plans.get(statement) or plans.setdefault(statement, _converted(raw, statement, values))
    query = known.query
    query.params = known.transformer.dump_sequence([values[name] for name in query._order or ()], query._want_formats)
    query.types, query.formats = known.transformer.types or (), known.transformer.formats
    plan = plans.get((statement, query.types)) or _prepared(raw, plans, statement, known)
    result = _good(raw, raw.pgconn.exec_prepared(plan.name, query.params, query.formats, pq.Format.BINARY))
    known.transformer.set_pgresult(result)
    rows: list[Row] = known.transformer.load_rows(0, result.ntuples, tuple)
    return rows


def _converted(raw: Any, statement: str, values: Mapping[str, Any]) -> _Plan:
    transformer = Transformer.from_context(raw)
    query = PostgresQuery(transformer)
    query.convert(statement, values)
    return _Plan(b"", query, transformer)


def _prepared(raw: Any, plans: dict[object, _Plan], statement: str, known: _Plan) -> _Plan:
    """Have the server plan the statement for values of these types."""
    name = b"rocketsdr_%d" % len(plans)
    _good(raw, raw.pgconn.prepare(name, known.query.query, known.query.types))
    plan = plans[statement, known.query.types] = known._replace(name=name)
    return plan


def _good(raw: Any, result: Any) -> Any:
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return result
    if raw.pgconn.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError("The connection to the server is lost.")
    raise psycopg.errors.error_from_result(result)
