"""What the servers work on: embedded services in a home of their own, a workspace with ten products, a key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
PRODUCTS = 10


@dataclass(frozen=True)
class Stage:
    """The database with the workspace in it, and what the servers have to know."""

    folder: Path
    database: str
    pepper: str
    key: str

    @property
    def statements(self) -> Path:
        return self.folder / "statements.json"

    @property
    def tools(self) -> Path:
        return self.folder / "tools.json"

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment of a server on this port."""
        return {
            **os.environ,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": str(PROJECT),
            "BENCH_DATABASE": self.database,
            "BENCH_PEPPER": self.pepper,
            "BENCH_STATEMENTS": str(self.statements),
            "BENCH_TOOLS": str(self.tools),
        }


def prepare(home: str = "bench-gateway") -> Stage:
    """Start the services, bring the database up to date and fill it; what an earlier run has left is removed."""
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "PRODUCTION", "ROCKETSDR_EMBEDDED_FSYNC"):
        os.environ.pop(name, None)  # never on somebody's own database
    folder = PROJECT / ".rocketsdr" / home
    os.environ["ROCKETSDR_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
    from rocketsdr import embedded
    from rocketsdr.embedded import places

    embedded.join()
    subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"], cwd=PROJECT, check=True)
    import django
    from django.conf import settings

    django.setup()
    stage = Stage(folder, places.database_url(), settings.API_KEY_PEPPERS[0], _filled())
    stage.statements.write_text(json.dumps(_statements()))
    return stage


def _statements() -> dict[str, str]:
    """Return the gateway's own statements, which the peers get to send the same."""
    from campaigns.models import Product
    from campaigns.queries import pages
    from mcp_gateway import records
    from rocketsdr.accounts import services

    return {"key": services.KEY_STATEMENT, "page": pages._statement(Product), "record": records._STORE}


def _filled() -> str:
    """Make a workspace with its products and a key; return the key."""
    from django.db import connection

    from campaigns.services import products
    from mcp_gateway.models import ToolCall
    from rocketsdr.accounts.actor import ALL_SCOPES, Actor
    from rocketsdr.accounts.services import create_workspace, issue_api_key
    from rocketsdr.lib.clock import now

    ToolCall.objects.all().delete()
    workspace = create_workspace(name="Bench", owner_email="owner@bench.example", now=now())
    actor = Actor(workspace_id=workspace.id, user_id=workspace.memberships.get().user_id, via="shell", scopes=ALL_SCOPES)
    for number in range(PRODUCTS):
        products.create_product(
            actor=actor,
            name=f"Analytics Suite {number}",
            description="Self-serve product analytics for B2B teams that have more questions than analysts.",
            value_props=["Answers in minutes instead of days", "No SQL needed"],
            proof_points=["Used by 200 teams", "99.95% uptime in the last year"],
            url="https://analytics.example/product",
            now=now(),
        )
    key = issue_api_key(actor=actor, name="Bench", scopes=ALL_SCOPES, now=now()).secret
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return key
