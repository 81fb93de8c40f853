from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from rocketsdr.accounts.actor import Actor


class ListWordsArguments(ListArguments):
    query: str | None = None


class ListWordsResult(PageResult):
    words: list[str]

    def text(self) -> str:
        return listing([(number, word, "") for number, word in enumerate(self.words, 1)], empty="No words.") + self.more()


@tool(doing="listing words", scope="campaigns:read", read_only=True, idempotent=True)
def list_words(actor: Actor, args: ListWordsArguments) -> ListWordsResult:
    """List words. Nothing happens in the world."""
    words = [word for word in ("apple", "pear") if (args.query or "") in word]
    return ListWordsResult(words=words[: args.limit], total=len(words))
