from typing import ClassVar

from mcp_gateway.tool import ActArguments, Id, Result, tool
from mcp_gateway.tool.exchange import InputRequired, current
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Conflict
from rocketsdr.lib.jobs import enqueue


class Refused(Conflict):
    code = "post_is_closed"


class SendNoteArguments(ActArguments):
    text: str
    to: Id = 1
    really: bool = True
    ask: bool = False

    def acts(self) -> bool:
        return self.really


class SendNoteResult(Result):
    volatile: ClassVar[frozenset[str]] = frozenset({"note_id"})

    note_id: int
    status: str
    sender: str

    def text(self) -> str:
        return f"A note goes out from {self.sender}."


@tool(doing="sending the note", scope="campaigns:send", quota="create_campaign", act=True, open_world=True)
def send_note(actor: Actor, args: SendNoteArguments) -> SendNoteResult:
    """Send a note to somebody."""
    sender = Workspace.objects.get(id=actor.workspace_id).name
    event = audit.record(actor, "note.sent", length=len(args.text))
    enqueue("note.sent", note_id=event.pk)
    if args.text == "closed":
        raise Refused("The post is closed.")
    if args.ask and "colour" not in current().inputs:
        raise InputRequired({"colour": {"method": "elicitation/create", "params": {"message": "Which colour?"}}}, state={"n": 1})
    return SendNoteResult(note_id=event.pk, status="sent", sender=sender)
