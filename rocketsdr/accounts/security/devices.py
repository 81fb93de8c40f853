"""What a browser calls itself, in words that its owner knows. Coarse on purpose: it only helps to recognise a session."""

from __future__ import annotations

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"))
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS")),
    *(("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def describe(user_agent: str) -> str:
    """Return such as `Firefox on Linux`; a program that is no browser keeps its own first word."""
    browser = _first(BROWSERS, user_agent) or ("Safari" if "Safari/" in user_agent else "")
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or user_agent.partition("/")[0].partition(" ")[0][:40] or "Unknown device"


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")
