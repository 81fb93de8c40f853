from mcp_gateway.tool import Arguments, Result, tool
from rocketsdr.accounts.actor import Actor


class SayWhoResult(Result):
    workspace_id: int
    credential: str
    scopes: list[str]

    def text(self) -> str:
        return f"Workspace {self.workspace_id}, {self.credential}."


@tool(doing="saying who calls", scope=None, read_only=True, idempotent=True, title="Say who calls")
def say_who(actor: Actor, args: Arguments) -> SayWhoResult:
    """Say who calls, and with which scopes."""
    return SayWhoResult(workspace_id=actor.workspace_id, credential=actor.credential, scopes=sorted(actor.scopes))
