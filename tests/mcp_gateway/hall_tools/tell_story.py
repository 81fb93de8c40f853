from mcp_gateway.tool import Arguments, Result, tool
from rocketsdr.accounts.actor import Actor


class TellStoryArguments(Arguments):
    length: int
    lines: int = 0


class TellStoryResult(Result):
    title: str
    story: str
    lines: list[str]

    def text(self) -> str:
        return "\n".join([self.title, self.story, *self.lines])


@tool(doing="telling the story", scope=None, read_only=True)
def tell_story(actor: Actor, args: TellStoryArguments) -> TellStoryResult:
    """Tell a story as long as one likes."""
    return TellStoryResult(title="Once", story="x" * args.length, lines=["y" * 90] * args.lines)
