"""Addresses a second of the check of an e-mail address, against email-validator on the same ones.

Plain ASCII addresses as lists have them, no two alike; both give the same verdict on each, which is held first. Neither asks the DNS.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from random import Random
from statistics import median

from bench.machine import Machine

ROUNDS = 7
ADDRESSES = 200_000
OF_PEER = 10_000  # of them: it takes as long for a twentieth
LEAST = 500_000  # a second
FIRST = ("ada", "grace", "Linus", "barbara", "edsger", "margaret", "Donald", "frances", "alan", "hedy", "radia", "sophie", "niklaus")
LAST = ("lovelace", "Hopper", "torvalds", "liskov", "dijkstra", "hamilton", "knuth", "allen", "turing", "Lamarr", "o'neil", "wirth")
SITES = (
    "engines.com",
    "Example.de",
    "mail.logistics-inc.co.uk",
    "systems.io",
    "labs.technology",
    "gmbh.at",
    "big-company.example",
    "b2b.eu",
)
FORMS = ("{first}.{last}{number}", "{first}{number}", "{first}_{last}+{number}", "{number}{last}", "{first}-{last}.{number}")


def run() -> dict[str, object]:
    """Measure in turns, so that both meet the same machine."""
    addresses, machine = _addresses(), Machine()
    _hold_verdicts(addresses[:OF_PEER])
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(ROUNDS):
        machine.look()
        ours.append(len(addresses) / _seconds(_check, addresses))
        peers.append(OF_PEER / _seconds(_ask_library, addresses[:OF_PEER]))
    machine.look()
    return _report(ours, peers, machine)


def _addresses() -> list[str]:
    pick = Random(7)  # noqa: S311 - the same list every time is the point
    return [_address(pick, number) for number in range(ADDRESSES)]


def _address(pick: Random, number: int) -> str:
    local = pick.choice(FORMS).format(first=pick.choice(FIRST), last=pick.choice(LAST), number=number)
    return f"{local}@{pick.choice(LAST).replace(chr(39), '')}{number % 9973}.{pick.choice(SITES)}"


def _hold_verdicts(addresses: list[str]) -> None:
    """End the run where the check and the library differ: a quick wrong answer is worth nothing."""
    from email_validator import validate_email

    from campaigns.rules.email_addresses import Address, check

    for address in addresses:
        found, said = check(address), validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
        if not isinstance(found, Address) or found.key != said.normalized.lower():
            sys.exit(f"The check and email-validator differ on {address!r}.")


def _seconds(read: Callable[[list[str]], None], addresses: list[str]) -> float:
    start = time.perf_counter()
    read(addresses)
    return time.perf_counter() - start


def _check(addresses: list[str]) -> None:
    from campaigns.rules.email_addresses import check

    for address in addresses:
        check(address)


def _ask_library(addresses: list[str]) -> None:
    from email_validator import validate_email

    for address in addresses:
        validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)


def _report(ours: list[float], peers: list[float], machine: Machine) -> dict[str, object]:
    ratio = median(one / other for one, other in zip(ours, peers, strict=True))
    lines = [
        f"E-mail check, {ADDRESSES:,} plain addresses, median of {ROUNDS} rounds",
        f"  check            {median(ours):>9,.0f} addresses/s   ratio {ratio:.1f}   at least {LEAST:,} wanted",
        f"  email-validator  {median(peers):>9,.0f} addresses/s",
        f"  {machine.describe()}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return {"email_check_s": round(median(ours)), "vs_email_validator": round(ratio, 1), "busy": machine.busy}
