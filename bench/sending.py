"""Messages a second of the whole sending path in one worker, against a bare smtplib loop with the same bytes to the same receiver.

The path claims, composes, asks before DATA, speaks SMTP, settles, plans the next step, and commits for each message; the peer is
handed the finished messages and one open connection.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.machine import Machine

ROUNDS = 5
MESSAGES = 300
RECEIVER = (
    "import sys; from integrations.providers import builtin_mailbox as m; m.serve(sys.argv[1], ready=lambda port: print(port, flush=True))"
)


def run() -> dict[str, object]:
    """Measure in turns, so that both meet the same machine."""
    machine = Machine()
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as folder, _receiver(folder) as port:
            machine.look()
            ours.append(MESSAGES / _send(port))
            peers.append(MESSAGES / _send_with_smtplib(folder, port))
    machine.look()
    return _report(ours, peers, machine)


@contextmanager
def _receiver(folder: str) -> Iterator[int]:
    """Run the built-in mailbox in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", RECEIVER, folder], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            yield int(process.stdout.readline() if process.stdout else "")
        finally:
            process.terminate()


def _send(port: int) -> float:
    """Launch a campaign of the default sequence and pump its first e-mails; return the seconds."""
    from django.conf import settings

    from campaigns.models import Delivery
    from campaigns.services import sending
    from rocketsdr.lib.clock import now

    settings.MAILBOX_PORT = port
    sender_id = _launched()
    start = time.perf_counter()
    while Delivery.objects.due(now()).filter(sender_id=sender_id).exists():  # one task has its time, then comes the next
        sending.pump(sender_id=sender_id, worker="bench", clock=now)
    return time.perf_counter() - start


def _launched() -> int:
    """Bring a campaign to the point where its e-mails are due, by the way of the product; return its sender."""
    from campaigns.services import campaigns, heartbeat, importing, launching, personas, preparing, products, senders
    from campaigns.services.campaigns import CampaignSpec
    from rocketsdr.accounts.actor import ALL_SCOPES, Actor
    from rocketsdr.accounts.models import Workspace
    from rocketsdr.accounts.services import create_workspace
    from rocketsdr.lib.clock import now

    workspace = create_workspace(name="Bench", owner_email="owner@bench.example", postal_address="1 Main Street", now=now())
    Workspace.objects.filter(id=workspace.id).update(hold_minutes=0)
    actor = Actor(workspace_id=workspace.id, user_id=workspace.memberships.get().user_id, via="shell", scopes=ALL_SCOPES)
    sender = senders.add_builtin_sender(actor=actor, now=now())
    product = products.create_product(
        actor=actor, name="Analytics Suite", description="Answers without SQL", value_props=["Quick"], now=now()
    )
    persona = personas.create_persona(actor=actor, name="Head of Data", pains=["Every question becomes a ticket"], now=now())
    leads = "".join(f"Ada Lovelace {number},ada{number}@customer.example,Engines\n" for number in range(MESSAGES))
    spec = CampaignSpec(name="Bench", type="csv", product_id=product.id, persona_id=persona.id, csv_content=f"name,email,company\n{leads}")
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now()).campaign
    importing.run(lead_import_id=campaign.lead_imports.get().id, now=now())
    preparing.write_first_emails(campaign_id=campaign.id, now=now())
    launching.advance(campaign_id=campaign.id, now=now())
    heartbeat.tick(now=now() + timedelta(seconds=1))
    return sender.id


def _send_with_smtplib(folder: str, port: int) -> float:
    """Send what has arrived once more; return the seconds."""
    from integrations.providers import builtin_mailbox

    mails = builtin_mailbox.messages(Path(folder), limit=2 * MESSAGES)
    if len(mails) != MESSAGES:
        sys.exit(f"{len(mails)} of {MESSAGES} messages have arrived: there is nothing to compare.")
    with smtplib.SMTP("127.0.0.1", port) as server:
        start = time.perf_counter()
        for mail in mails:
            server.sendmail(mail.from_address, mail.to_address, mail.raw)
        return time.perf_counter() - start


def _report(ours: list[float], peers: list[float], machine: Machine) -> dict[str, object]:
    ratio = median(mine / peer for mine, peer in zip(ours, peers, strict=True))
    lines = [
        f"Sending, {MESSAGES} messages, one worker, median of {len(ours)} rounds",
        f"  claim, compose, SMTP, settle, plan     {median(ours):>10,.0f} messages/s",
        f"  smtplib loop with the same bytes       {median(peers):>10,.0f} messages/s",
        f"  ratio                                  {ratio:>10.2f}",
        f"  {machine.describe()}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return {"messages_s": round(median(ours)), "smtplib_s": round(median(peers)), "vs_smtplib": round(ratio, 3), "busy": machine.busy}
