"""What every page owes to everybody: one heading, a title, labels, a focus that is seen, and no scrolling sideways."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "layout.js"


def faults(page: Page) -> list[str]:
    """Return what is wrong with how the page is laid out at its present size."""
    page.keyboard.press("Shift")  # from now on a focus is the keyboard's
    found: list[str] = page.evaluate(_source())
    return found


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
