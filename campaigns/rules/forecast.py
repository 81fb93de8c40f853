"""Which e-mails leave on which day if nobody answers: what waits, the room that each sender has, and the follow-ups to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import NamedTuple

Queue = dict[tuple[date, int], int]  # (day from which it may leave, step) → e-mails


class Waiting(NamedTuple):
    """E-mails of one step that wait at one sender, and the day from which they may leave."""

    sender_id: int
    step: int
    due: date
    emails: int


class Leaving(NamedTuple):
    """E-mails of one step that leave from one sender on one day."""

    day: date
    sender_id: int
    step: int
    emails: int


@dataclass(frozen=True, slots=True)
class Room:
    """What one sender may send: e-mails a day (None is no cap), how many are used on the first day, and on which ISO weekdays."""

    cap: int | None
    used: int
    weekdays: frozenset[int]
    first_day: date


def forecast(
    *, waiting: Iterable[Waiting], rooms: Mapping[int, Room], waits: Mapping[int, int], today: date, days: int
) -> tuple[list[Leaving], int]:
    """Return what leaves on the `days` days from today on, and how many e-mails are still to leave after them.

    `waits` holds the days between a step and the one before it. Whoever gets an e-mail gets its follow-up unless they answer;
    here nobody does. E-mails of senders without a room do not leave.
    """
    queues: dict[int, Queue] = defaultdict(lambda: defaultdict(int))
    for each in waiting:
        queues[each.sender_id][each.due, each.step] += each.emails
    leaving: list[Leaving] = []
    for ahead in range(days):
        day = today + timedelta(days=ahead)
        for sender_id, room in sorted(rooms.items()):
            limit = _limit(room, day, today)
            leaving += (Leaving(day, sender_id, step, emails) for step, emails in _leave(queues[sender_id], day, limit, waits))
    return leaving, sum(sum(queue.values()) for queue in queues.values())


def _limit(room: Room, day: date, today: date) -> float:
    if day < room.first_day or day.isoweekday() not in room.weekdays:
        return 0
    if room.cap is None:
        return inf
    return max(room.cap - room.used, 0) if day == today else room.cap


def _leave(queue: Queue, day: date, limit: float, waits: Mapping[int, int]) -> list[tuple[int, int]]:
    """Take what leaves on this day out of the queue, the longest due first, and put its follow-ups in."""
    left: dict[int, int] = defaultdict(int)
    while limit > 0 and (due := min((key for key in queue if key[0] <= day), default=None)):
        emails = int(min(limit, queue[due]))
        queue[due] -= emails
        if not queue[due]:
            del queue[due]
        limit -= emails
        step = due[1]
        left[step] += emails
        if step + 1 in waits:
            queue[day + timedelta(days=waits[step + 1]), step + 1] += emails
    return sorted(left.items())
