from typing import ClassVar

from mcp_gateway.tool import Result, WriteArguments, tool
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor


class MakePassResult(Result):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"password", "form", "spare"})

    owner: str
    password: str
    form: dict[str, str]
    spare: str | None = None

    def text(self) -> str:
        return f"The password of {self.owner} is {self.password}, the form says {self.form['mark']}."


class MakePassArguments(WriteArguments):
    owner: str = "Ada"


@tool(doing="making the pass", scope="campaigns:write")
def make_pass(actor: Actor, args: MakePassArguments) -> MakePassResult:
    """Make a pass. Its secrets are shown once."""
    audit.record(actor, "pass.made")
    return MakePassResult(owner=args.owner, password="open sesame", form={"mark": "signed by us"})
