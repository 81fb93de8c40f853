"""Liquid for templates that users write: few tags and filters, everything metered, blank variables noticed.

python-liquid has limits of its own; it would still let `{% for i in (1..1000000000) reversed %}` or a chain of `replace` fill the
memory, print the time of day, and print nothing where a name is missing. What follows takes each of these away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import ClassVar, TextIO, cast

from liquid import Environment, RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import FilterError, OutputStreamLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate
from liquid.token import Token
from liquid.undefined import UNDEFINED, Undefined
from liquid.utils import ReadOnlyChainMap

from campaigns.rules import liquid_filters

MAX_OUTPUT = 50_000  # characters of a rendered text, captures included
MAX_WORK = 100_000  # what one rendering may spend: 1 for a character that a filter makes, STEP for a node, a filter and a look-up
STEP = 5
TAGS = ("if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "#", "doc")


@Undefined.register
class _Nothing(str):
    """What comparisons see of an unresolved variable: false as a condition, equal to "", blank, empty and nil."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other is None or (isinstance(other, str) and not other.strip())

    def __hash__(self) -> int:
        return hash("")


_NOTHING = _Nothing()


class Unresolved:
    """A variable that is missing, None, blank or an empty list. It passes through filters, and is reported when it is printed."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __liquid__(self) -> object:
        return _NOTHING

    def __str__(self) -> str:
        return ""


class _Paper(StringIO):
    """What a rendering writes on; it ends."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size_left = size

    def write(self, text: str, /) -> int:
        self.size_left -= len(text)
        if self.size_left < 0:
            raise OutputStreamLimitError("the text is too long", token=None)
        return super().write(text)


class Context(RenderContext):
    """One rendering: what it may still spend, and which blank variables it has printed."""

    __slots__ = ("assigned", "loop_weight", "missing", "work_left")

    def __init__(self, template: BoundTemplate, *, facts: Mapping[str, object]) -> None:
        super().__init__(template, globals=facts)
        # Without python-liquid's `now` and `today`: the same facts make the same text.
        self.scope = ReadOnlyChainMap(self.locals, facts)
        self.missing: dict[str, None] = {}
        self.work_left = MAX_WORK
        self.assigned = 0
        self.loop_weight = STEP

    def spend(self, work: int) -> None:
        """Pay for a step of the rendering, or stop it."""
        self.work_left -= work
        if self.work_left < 0:
            raise ResourceLimitError("the template does too much work", token=None)

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """Return the value at a path, or an `Unresolved` that knows its name."""
        self.spend(STEP)
        try:
            value = self.scope[path[0] if isinstance(path[0], str) else ""]
            for key in path[1:]:
                value = _item(value, key)
        except (KeyError, IndexError, TypeError):
            value = 0 if path[-1] == "size" else None
        return Unresolved(_dotted(path)) if _is_blank(value) else value

    def assign(self, key: str, val: object) -> None:
        """Keep a local variable; what a template keeps in all is limited."""
        self.assigned += liquid_filters.cost(val)
        super().assign(key, val)

    def get_size_of_locals(self) -> int:
        """Return how much was ever assigned, which unlike python-liquid's sum costs nothing to know."""
        return self.assigned

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """Return the filter with a guard around it: unresolved in, unresolved out, and what it makes is paid for."""
        return partial(self._apply, name, super().filter(name, token), token)

    def _apply(
        self, name: str, function: Callable[..., object], token: Token | None, left: object, *values: object, **named: object
    ) -> object:
        if name not in liquid_filters.FOR_UNRESOLVED:
            for value in (left, *values, *named.values()):
                if isinstance(value, Unresolved):
                    return value
        if isinstance(left, range):
            raise FilterError(f"the filter {name} does not work on a range", token=token)
        try:
            result = function(None if isinstance(left, Unresolved) else left, *values, **named)
        except (ArithmeticError, LookupError, ValueError) as exc:
            raise FilterError(f"the filter {name} cannot work on this value", token=token) from exc
        self.spend(STEP + liquid_filters.cost(result))
        return result

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        """Return paper for a capture, cut from what is left of the page."""
        return _Paper(buf.size_left if isinstance(buf, _Paper) else MAX_OUTPUT)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Pay for every node that a loop will visit, before it starts."""
        self.spend(length * self.loop_weight)


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, (list, tuple, dict)) and not value)


def _item(value: object, key: object) -> object:
    """Return one step of a path. Mappings and lists are entered, an object's attributes never."""
    if isinstance(value, (dict, Mapping)) and key in value:  # dict first: an abstract class is slow to ask
        return value[key]
    if isinstance(value, (list, tuple)) and isinstance(key, int):
        return value[key]
    if isinstance(value, (list, tuple)) and key in ("first", "last"):
        return value[0 if key == "first" else -1]
    if key == "size":
        return len(value) if isinstance(value, (str, list, tuple, Mapping)) else 0
    raise KeyError(key)


def _dotted(path: Sequence[object]) -> str:
    steps = [f".{step}" if isinstance(step, str) and step.replace("_", "a").isalnum() else f"[{str(step)!r}]" for step in path[1:]]
    return "".join([str(path[0]), *steps])[:100]


class _OutputNode(OutputNode):
    """{{ … }}: prints a value, or notes that there is none."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        missing = cast("Context", context).missing
        if isinstance(value, (Unresolved, dict)):
            missing[value.path if isinstance(value, Unresolved) else str(self.expression)] = None
            return 0
        text = to_liquid_string(value, context.autoescape)
        if not text.strip() and (name := self._name_of_variable()):
            missing[name] = None
        return buffer.write(text)

    def _name_of_variable(self) -> str:
        """Return the variable whose blank result nobody asked for; a `default` asks for what it gives."""
        expression = self.expression
        if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
            return ""
        return "" if any(step.name == "default" for step in expression.filters or ()) else str(expression.left)


class _Output(Output):
    node_class = _OutputNode


class _ForNode(ForNode):
    """{% for %}: what one round of it costs is known from the template."""

    def __init__(self, token: Token, expression: LoopExpression, block: BlockNode, default: BlockNode | None = None) -> None:
        super().__init__(token, expression, block, default)
        self.weight = _weight(block)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        iterable = self.expression.iterable.evaluate(context)
        if isinstance(iterable, range) and iterable.stop - iterable.start > MAX_WORK:
            raise ResourceLimitError("the loop is too long", token=self.token)  # a reversed range would become a list first
        cast("Context", context).loop_weight = self.weight
        return super().render_to_output(context, buffer)


def _weight(node: Node) -> int:
    inner = sum(_weight(child) for child in node.children(cast("RenderContext", None)))  # none of TAGS looks at it
    return STEP + sum(_expression_weight(expression) for expression in node.expressions()) + inner


def _expression_weight(expression: Expression) -> int:
    return 2 + sum(_expression_weight(part) for part in expression.children())


class _For(ForTag):
    node_class = _ForNode


class Sandbox(Environment):
    """Liquid with hard limits. `autoescape` is for HTML: every value of a lead is escaped there."""

    block_nesting_limit: ClassVar[int] = 20
    context_depth_limit: ClassVar[int] = 30
    local_namespace_limit: ClassVar[int | None] = MAX_WORK

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep the tags that decide and repeat; none that loads another template."""
        super().setup_tags_and_filters(extra=False)
        pseudo = [name for name, tag in self.tags.items() if not type(tag).__module__.startswith("liquid.builtin.tags.")]
        self.tags = {name: self.tags[name] for name in (*pseudo, *TAGS)}
        self.add_tag(_Output)
        self.add_tag(_For)
        liquid_filters.restrict(self, also=("newline_to_br",) if self.autoescape else ())


def execute(template: BoundTemplate, facts: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """Render a template; return the text and the unresolved variables that it printed."""
    context = Context(template, facts=facts)
    paper = _Paper(MAX_OUTPUT)
    template.render_with_context(context, paper)
    return paper.getvalue(), tuple(context.missing)


TEXT = Sandbox()
HTML = Sandbox(autoescape=True)
