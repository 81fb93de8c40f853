from __future__ import annotations

from typing import Literal, Self

from campaigns.queries import senders
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.parts import Part
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ListSendersArguments(ListArguments):
    type: Literal["email", "linkedin"] | None = None


class SenderItem(Part):
    id: int
    type: str = "email"
    email: str
    name: str
    status: str
    daily_cap: int | None
    remaining_today: int | None
    health: str

    @classmethod
    def of(cls, view: senders.SenderView) -> Self:
        sender = view.sender
        who = {"id": sender.id, "email": sender.email, "name": sender.from_name, "status": sender.status}
        return cls(**who, daily_cap=sender.daily_cap, remaining_today=view.remaining_today, health=view.health)

    def item(self) -> tuple[int, str, str]:
        room = "no daily cap" if self.daily_cap is None else f"{self.remaining_today:,} of {self.daily_cap:,} e-mails left today"
        return self.id, self.email, f"Status: {self.status} | {room} | Health: {self.health}"


class ListSendersResult(PageResult):
    senders: list[SenderItem]

    def text(self) -> str:
        return listing([each.item() for each in self.senders], empty="No senders: a person connects a mailbox first.") + self.more()


@tool(doing="listing senders", scope="senders:read", read_only=True, idempotent=True, aliases=("get_senders",))
def list_senders(actor: Actor, args: ListSendersArguments) -> ListSendersResult:
    """List the mailboxes that campaigns can send from, with what is left of today's cap."""
    page = senders.list_senders(actor=actor, now=now(), **args.model_dump())
    items = [SenderItem.of(view) for view in page.items]
    return ListSendersResult(senders=items, total=page.total, next_cursor=page.next_cursor)
