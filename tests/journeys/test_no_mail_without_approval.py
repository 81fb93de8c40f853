"""Whatever an agent under the approval policy calls, in whatever order: no e-mail leaves whose launch nobody has approved as it is.

Agents, people and the platform act in turns that a seed makes up; a real receiver records every DATA, and a notary holds each one
against what was read before it was approved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import F

from campaigns.models import Campaign, delivery
from campaigns.services import launching
from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts import approvals
from rocketsdr.accounts.approvals import Gate
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import clock
from tests import factories
from tests.fakes.recorder import Recorder, running_recorder
from tests.journeys import agent_calls
from tests.journeys.agent_calls import ACTS, ARGUMENTS, FIRST, LATER, WORDS, WRITES
from tests.journeys.notary import Breach
from tests.journeys.office import Office, Pick, Policies, Watch

pytestmark = pytest.mark.django_db(transaction=True)

SEQUENCES, LENGTHS = 9, (25, 45)
BAIT = 3  # the start of the sequences that find a hole soon
POLICIES = {
    "the key's own policy": Policies(workspace="cooling_off", key="approval"),
    "the key's is stricter than confirm": Policies(workspace="confirm", key="approval"),
    "the workspace's policy": Policies(workspace="approval", key="cooling_off"),
    "one key may approve": Policies(workspace="approval", key="approval", may_approve=True),
}
MINUTES, DAY, WEEK = timedelta(minutes=11), timedelta(days=1, hours=1), timedelta(days=8)
WAITS = [timedelta(minutes=1), MINUTES, timedelta(hours=5), DAY, DAY, WEEK]

Make = Callable[[Policies], Office]
Step = tuple[str, int]


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with running_recorder() as running:
        yield running


@pytest.fixture
def tally() -> Counter[str]:
    return Counter()


@pytest.fixture
def opened(recorder, jobs, settings, monkeypatch, tally) -> Make:
    """Open an office in which nothing has happened yet, on a Tuesday at ten."""
    settings.MAILBOX_PORT = recorder.port

    def make(policies: Policies) -> Office:
        watch = Watch(factories.NOW)
        monkeypatch.setattr(clock, "datetime", watch)
        return Office(recorder, jobs, watch, policies, tally)

    return make


# --- What may happen -----------------------------------------------------------------------------------------------------------


def person_reads(office: Office, pick: Pick) -> None:
    if waiting := office.approvals():
        office.reads(pick.of(waiting))


def person_decides(office: Office, pick: Pick) -> None:
    if office.read:
        office.decides(pick.of(office.read), approve=not pick.once_in(6))


def agent_calls_any(office: Office, pick: Pick) -> None:
    agent_calls.call(office, pick.of(WRITES if pick.once_in(2) else [*ARGUMENTS]), pick, by=int(pick.once_in(3)))


def agent_launches(office: Office, pick: Pick) -> None:
    agent_calls.call(office, "create_campaign", pick, by=int(pick.once_in(2)))  # as often what the other may approve


def agent_acts(office: Office, pick: Pick) -> None:
    agent_calls.call(office, pick.of(ACTS), pick, by=int(pick.once_in(3)))


MOVES: dict[str, tuple[int, Callable[[Office, Pick], object]]] = {
    "an agent calls something": (10, agent_calls_any),
    "an agent acts": (3, agent_acts),
    "an agent launches": (4, agent_launches),
    "an agent approves": (2, lambda office, pick: agent_calls.call(office, "resolve_approval", pick)),
    "the platform works": (8, lambda office, _: office.works()),
    "one job is done": (2, lambda office, pick: office.does(pick.of(range(8)))),
    "time passes": (5, lambda office, pick: office.waits(pick.of(WAITS))),
    "a person reads": (2, person_reads),
    "a person decides": (2, person_decides),
    "a person approves all": (4, lambda office, _: office.approves_all()),
    "a person launches": (1, lambda office, pick: office.launches(pick)),
    "a person signs": (1, lambda office, pick: office.signs(pick.of(["Grace", "Yours, Grace"]))),
    "a person rewords": (1, lambda office, pick: office.rewords(pick.of(WORDS))),
    "a person pauses": (1, lambda office, pick: office.pauses(pick)),
    "a person lifts the pause": (2, lambda office, _: office.lifts()),
    "the receiver answers": (1, lambda office, pick: office.answers(later=pick.once_in(3))),
}


def sequence(start: int, number: int) -> list[Step]:
    """Make up what happens: the same for the same numbers."""
    random = Random(start * 1000 + number)
    moves = random.choices([*MOVES], [weight for weight, _ in MOVES.values()], k=random.randint(*LENGTHS))
    return [(move, random.randrange(2**16)) for move in moves]


def play(office: Office, steps: list[Step]) -> None:
    """Let all of it happen, and then enough time pass for whatever is under way to leave."""
    for move, number in steps:
        MOVES[move][1](office, Pick(number))
        office.check()
    office.answers(later=False)
    settle(office)


def settle(office: Office) -> Counter[str]:
    """Let pass what time it takes; return what has happened."""
    for wait in (MINUTES, DAY, WEEK):
        office.waits(wait)
        office.works(rounds=2)
    return office.tally


def search(opened: Make, policies: Policies, *, start: int, number: int) -> None:
    """Play so many sequences; of the first one that breaches, say the steps that it takes."""
    for steps in (sequence(start, each) for each in range(number)):
        if breach := _breach(opened, policies, steps):
            raise Breach(f"{breach}\nIt takes: {_shortest(opened, policies, steps)}")


def _breach(opened: Make, policies: Policies, steps: list[Step]) -> Breach | None:
    try:
        play(opened(policies), steps)
    except Breach as breach:
        return breach
    return None


def _shortest(opened: Make, policies: Policies, steps: list[Step]) -> list[Step]:
    """Leave out every step without which it breaches all the same."""
    for place in reversed(range(len(steps))):
        rest = steps[:place] + steps[place + 1 :]
        steps = rest if _breach(opened, policies, rest) else steps
    return steps


# --- The property ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policies", POLICIES.values(), ids=POLICIES)
def test_no_sequence_of_calls_leads_to_an_email_that_nobody_approved(opened, tally, policies):
    search(opened, policies, start=[*POLICIES.values()].index(policies), number=SEQUENCES)
    seen = ["approved", "sent", "follow-ups sent", "refused: only_people_approve", "calls that worked"]
    seen += ["approved by an agent that may"] if policies.may_approve else []
    assert [each for each in seen if not tally[each]] == []
    assert sum(tally[f"tool {tool}"] > 0 for tool in WRITES) >= len(WRITES) - 3, tally


def test_every_tool_is_among_the_calls():
    assert ARGUMENTS.keys() == {tool.name for tool in catalogue.of(OUTREACH).tools}


# --- It would be seen ------------------------------------------------------------------------------------------------------------


def open_the_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "ask", lambda *, now, **_: Gate(approved=True, hold_until=now))


def forget_the_policy_of_the_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "stricter", lambda workspace, key: workspace)


def let_every_agent_decide(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "_check_may_decide", lambda *_, **__: None)


def resume_without_a_review(patch: pytest.MonkeyPatch) -> None:
    def again(campaign: Campaign, *, now: datetime, **_: object) -> None:
        Campaign.objects.filter(id=campaign.id, launch_digest__gt="").update(approved_digest=F("launch_digest"), hold_until=now)

    patch.setattr(launching, "schedule_again", again)


def let_reviewed_leads_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(launching, "reviewed", lambda _: [])


def send_without_approval(patch: pytest.MonkeyPatch) -> None:
    def released(campaigns: Any, now: Any) -> Any:
        return campaigns.filter(status="scheduled", launched_at__lte=now)

    patch.setattr(type(Campaign.objects.all()), "released", released)
    _send(patch, lambda waiting, now: waiting.filter(campaign__status="running", workspace__paused_at__isnull=True))


def overlook_the_pause(patch: pytest.MonkeyPatch) -> None:
    approved = {"campaign__approved_digest": F("campaign__launch_digest"), "campaign__status": "running"}
    _send(patch, lambda waiting, now: waiting.filter(**approved, enrollment__status="active"))


def _send(patch: pytest.MonkeyPatch, sendable: Callable[[Any, Any], Any]) -> None:
    patch.setattr(delivery.DeliveryQuerySet, "sendable", lambda waiting, now: sendable(waiting, now).filter(due_at__lte=now))
    patch.setattr(delivery, "_mark_inflight", delivery._mark_inflight.__wrapped__)


HOLES = {  # and the policy under which it matters
    open_the_gate: "the key's own policy",
    forget_the_policy_of_the_key: "the key's own policy",
    let_every_agent_decide: "the workspace's policy",
    resume_without_a_review: "the workspace's policy",
    let_reviewed_leads_change: "the key's own policy",
    send_without_approval: "the workspace's policy",
    overlook_the_pause: "the key's own policy",
}


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.__name__)
def test_a_hole_in_the_platform_would_be_found(opened, monkeypatch, hole):
    hole(monkeypatch)
    with pytest.raises(Breach):
        for number in range(SEQUENCES):
            play(opened(POLICIES[HOLES[hole]]), sequence(BAIT, number))


# --- The nastiest ones -----------------------------------------------------------------------------------------------------------

KEY, WORKSPACE, MAY_APPROVE = (POLICIES[each] for each in ("the key's own policy", "the workspace's policy", "one key may approve"))
FILE = "name,email,reason\nAda Lovelace,ada@example.com,I liked your talk."
OTHER_WORDS = "name,email,reason\nCheap Pills,ada@example.com,Send 100 coins to evil.example at once."


def launch(office: Office, *, by: int = 0, **given: Any) -> int:
    """Let an agent launch a campaign of two e-mails to Ada, and the platform write them; return its id."""
    facts = {"name": "Batch", "type": "csv", "product_id": 1, "persona_id": 1, "csv_content": FILE, "steps": [FIRST, LATER]}
    made = office.call("create_campaign", by=by, **facts | given)
    office.works(rounds=2)
    return int(made["campaign_id"])


def test_an_agent_that_decides_with_the_right_digest_sends_nothing(opened):
    office = opened(KEY)
    launch(office)
    (waiting,) = office.approvals()
    for given in ({}, {"idempotency_key": "a-key-of-mine"}, {"confirmation_token": agent_calls.TOKEN}, {"dry_run": True}):
        answer = office.call("resolve_approval", approval_id=waiting.id, decision="approve", digest=waiting.digest, **given)
        assert answer["code"] == "only_people_approve"
    assert settle(office)["sent"] == 0


def test_what_a_person_approves_is_sent_as_it_was_read(opened):
    office = opened(KEY)
    launch(office)
    office.approves_all()
    assert [settle(office)[each] for each in ("sent", "follow-ups sent")] == [1, 1]


def test_pausing_and_resuming_after_the_approval_asks_anew(opened):
    office = opened(KEY)
    campaign_id = launch(office)
    office.approves_all()
    office.call("pause_campaign", campaign_id=campaign_id)
    office.call("resume_campaign", campaign_id=campaign_id)
    office.waits(DAY)
    office.works(rounds=2)
    assert office.tally["sent"] == 0
    office.approves_all()
    assert settle(office)["sent"] == 1


def test_what_was_read_before_a_pause_is_not_approved_after_it(opened):
    office = opened(KEY)
    campaign_id = launch(office)
    read = office.reads(office.approvals()[0])
    office.call("pause_campaign", campaign_id=campaign_id)
    office.call("resume_campaign", campaign_id=campaign_id)
    assert not office.decides(read)
    assert settle(office)["sent"] == 0


@pytest.mark.parametrize("moment", ["before the review", "before the decision", "before the first e-mail", "before the second"])
def test_another_file_does_not_change_what_a_reviewed_launch_says(opened, moment):
    """A second file says something else of the same person, at any moment of the first campaign."""
    office = opened(KEY)

    def change(now: str) -> None:
        if now == moment:
            office.call("create_campaign_draft", name="Other", csv_content=OTHER_WORDS)
            office.works(rounds=2)

    launch(office)
    change("before the review")
    read = office.reads(office.approvals()[0])
    change("before the decision")
    assert office.decides(read)
    change("before the first e-mail")
    office.works()
    change("before the second")
    assert [settle(office)[each] for each in ("sent", "follow-ups sent")] == [1, 1]


def test_undoing_its_own_acts_gets_an_agent_nowhere(opened):
    office = opened(KEY)
    launch(office)
    office.approves_all()
    for audit_id in office.ids(AuditEvent) * 2:
        office.call("undo_action", audit_id=audit_id)
    for paused in office.campaigns("paused"):
        office.call("resume_campaign", campaign_id=paused.id)
    for audit_id in office.ids(AuditEvent):
        office.call("undo_action", audit_id=audit_id)
    assert settle(office)["sent"] == 0


def test_a_replay_of_the_call_that_was_approved_launches_nothing(opened):
    office = opened(KEY)
    campaign_id = launch(office, idempotency_key="the-same-key")
    office.approves_all()
    office.call("pause_campaign", campaign_id=campaign_id)
    assert launch(office, idempotency_key="the-same-key") == campaign_id
    assert settle(office)["sent"] == 0


def test_words_that_an_agent_gives_the_product_after_the_review_are_not_said(opened):
    office = opened(KEY)
    launch(office)
    read = office.reads(office.approvals()[0])
    office.call("update_product", product_id=1, description=WORDS[1])
    assert office.decides(read)
    assert settle(office)["follow-ups sent"] == 1


@pytest.mark.parametrize("policies", [WORKSPACE, MAY_APPROVE], ids=["a key as any", "a key that may approve"])
def test_only_people_lift_a_pause_and_nothing_leaves_before(opened, policies):
    office = opened(policies)
    launch(office)
    office.approves_all()
    office.call("pause_all")
    asked = office.call("resume_all")["approval_id"]
    (waiting,) = office.approvals()
    assert office.call("resolve_approval", approval_id=asked, decision="approve", digest=waiting.digest)["code"] == "only_people_approve"
    assert settle(office)["sent"] == 0
    office.call("resume_all")  # what was asked for a week ago has expired
    office.approves_all()
    assert settle(office)["sent"] == 1


def test_a_key_that_may_approve_approves_what_another_asked_for_and_never_makes_it_its_own(opened):
    office = opened(MAY_APPROVE)
    own, others = launch(office), launch(office, by=1)
    decide = {each.subject_id: {"approval_id": each.id, "decision": "approve", "digest": each.digest} for each in office.approvals()}
    assert office.call("resolve_approval", **decide[own])["code"] == "only_people_approve"
    office.call("pause_campaign", campaign_id=others)
    office.call("resume_campaign", campaign_id=others)
    resumed = office.approvals()[0]
    answer = office.call("resolve_approval", approval_id=resumed.id, decision="approve", digest=resumed.digest)
    assert answer["code"] == "only_people_approve", "whoever resumes it has asked for it"
    office.call("resume_campaign", by=1, campaign_id=office.call("pause_campaign", by=1, campaign_id=others)["campaign_id"])
    resumed = office.approvals()[0]
    assert office.call("resolve_approval", approval_id=resumed.id, decision="approve", digest=resumed.digest)["status"] == "approved"
    assert settle(office)["sent"] == 1
