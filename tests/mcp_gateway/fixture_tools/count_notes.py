from mcp_gateway.tool import Arguments, Result, tool
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import AuditEvent


class CountNotesResult(Result):
    notes: int

    def text(self) -> str:
        return f"Total: {self.notes:,} notes"


@tool(doing="counting notes", scope="oversight:read", read_only=True, idempotent=True, quota="preview_leads", core=False)
def count_notes(actor: Actor, args: Arguments) -> CountNotesResult:
    """Count the notes of the workspace. It is slow, so 20 times a day is enough."""
    return CountNotesResult(notes=AuditEvent.objects.filter(workspace_id=actor.workspace_id, action="note.written").count())
