from typing import Annotated

from pydantic import Field

from mcp_gateway.tool import Id, Result, WriteArguments, tool
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid, NotFound
from rocketsdr.lib.jobs import enqueue


class Refused(Conflict):
    code = "note_refused"


class WriteNoteArguments(WriteArguments):
    text: Annotated[str, Field(min_length=1, max_length=20)]
    product_id: Id | None = None
    then: str = ""


class WriteNoteResult(Result):
    note_id: int
    product_id: int | None = None

    def text(self) -> str:
        return f"Note {self.note_id} is written."


@tool(doing="writing the note", scope="campaigns:write", quota="create_campaign", cost=2, aliases=("add_note",))
def write_note(actor: Actor, args: WriteNoteArguments) -> WriteNoteResult:
    """Write a note into the audit log."""
    event = audit.record(actor, "note.written", length=len(args.text))
    enqueue("note.written", note_id=event.pk)
    if args.then == "refuse":
        raise Refused("The notebook is closed.", fix="Open it.", failed_gates=[{"gate": "open", "detail": "closed"}])
    if args.then == "invalid":
        raise Invalid("text is not nice.", field="text", fix="Be nice.")
    if args.then == "missing":
        raise NotFound("No such notebook.")
    if args.then == "crash":
        raise RuntimeError("a secret of the server")
    return WriteNoteResult(note_id=event.sequence, product_id=args.product_id)
