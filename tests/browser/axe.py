"""Holds a page against axe-core: what keeps people out who see, move or hear differently.

It is evaluated by the debugger, which the content security policy does not concern: the page keeps its own policy. Only what axe-core
would load again by itself, style sheets for an experimental rule, the policy forbids, so it does without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "axe-core is not installed: run `make tests/browser/node_modules/.ready`."
GRAVE = ("serious", "critical")
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
CONTRAST = {"runOnly": ["color-contrast"]}
RUN = """async (rules) => {
  const found = await axe.run(document, {resultTypes: ["violations"], preload: false, ...rules});
  return found.violations.map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map((node) => ({
    target: node.target.join(" "), html: node.html.slice(0, 160), why: node.any.concat(node.all, node.none).map((check) => check.message),
  }))}));
}"""
SHOWN = 4  # places of one rule


def violations(page: Page, rules: dict[str, Any] = EVERYTHING) -> list[str]:
    """Return what axe-core finds that is serious or critical, a line for each place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(RUN, rules)
    return [line for each in found if each["impact"] in GRAVE for line in _lines(each)]


@cache
def _source() -> str:
    if not SOURCE.is_file():
        raise SystemExit(MISSING)
    return SOURCE.read_text(encoding="utf-8")


def _lines(violation: dict[str, Any]) -> list[str]:
    title = f"axe {violation['id']} ({violation['impact']}): {violation['help']}"
    nodes = violation["nodes"]
    lines = [f"{title}: {node['target']} {node['html']} {'; '.join(node['why'][:1])}" for node in nodes[:SHOWN]]
    return [*lines, f"{title}: and {len(nodes) - SHOWN} places more"] if len(nodes) > SHOWN else lines
