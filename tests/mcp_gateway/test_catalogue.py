"""The registry: each file is one tool, and a broken one stops the start."""

from __future__ import annotations

import sys

import pytest

from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH, Surface
from mcp_gateway.tool import BadTool, Tool
from rocketsdr.accounts.actor import ALL_SCOPES
from tests.mcp_gateway.urls import TEST_SURFACE

GOOD = """
from mcp_gateway.tool import Arguments, Result, WriteArguments, tool
from rocketsdr.accounts.actor import Actor

class R(Result):
    n: int

    def text(self) -> str:
        return str(self.n)

@tool(doing="doing it", scope="leads:read", read_only=True)
def good(actor: Actor, args: Arguments) -> R:
    "Do it."
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write files into a folder of tools and read it as a surface."""

    def read(**files: str) -> catalogue.Catalogue:
        package = tmp_path / "made_tools"
        package.mkdir()
        for name, text in files.items():
            (package / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        return catalogue.of(Surface(slug=str(tmp_path), address="", package="made_tools", instructions=""))

    yield read
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_tools"]:
        del sys.modules[name]


def test_every_file_of_the_folder_is_a_tool(folder):
    tools = folder(good=GOOD, other=GOOD.replace("def good", "def other"))
    assert [tool.name for tool in tools.tools] == ["good", "other"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("def good", "def better"), "declares the tools: better.* named after it: good"),
        (("@tool(", "(lambda **_: lambda f: f)("), "declares the tools: none"),
        (('"Do it."', "pass"), "good has no docstring"),
        (("leads:read", "leads:eat"), "good names the scope leads:eat"),
        (("read_only=True", "read_only=True, quota='naps'"), "good names the quota naps"),
        (("read_only=True", "destructive=True"), "good writes, so its arguments derive from WriteArguments"),
        (("args: Arguments", "args: WriteArguments"), "good only reads, so its arguments cannot derive"),
        (("read_only=True", "read_only=True, destructive=True"), "good only reads, so it destroys nothing"),
        (("def text", "def txt"), r"good gives a result without text\(\)"),
        (("n: int", "n: int\n    code: int"), "good gives a field that errors have too"),
    ],
)
def test_a_file_that_breaks_a_rule_stops_the_start(folder, change, said):
    with pytest.raises(BadTool, match=said):
        folder(good=GOOD.replace(*change))


def test_a_list_holds_at_most_thirty_and_the_rest_can_be_called():
    [sample] = [tool for tool in catalogue.of(TEST_SURFACE).tools if tool.name == "say_who"]
    fields = {name: getattr(sample, name) for name in Tool.__dataclass_fields__}
    many = catalogue.Catalogue(Tool(**{**fields, "name": f"tool_{number:02}", "core": number % 2 == 0}) for number in range(80))
    listed = many.listed(ALL_SCOPES)
    assert [tool.core for tool in listed] == [True] * 30
    assert many.find("tool_79") is not None
    assert [tool.core for tool in many.listed(ALL_SCOPES, "full")] == [True] * 40 + [False] * 40


def test_the_products_own_core_set_fits_into_one_list():
    tools = catalogue.of(OUTREACH).tools
    assert sum(tool.core for tool in tools) <= catalogue.MOST_LISTED
    assert [tool for tool in tools if not tool.core]


def test_the_products_tools_keep_the_rules():
    catalogue.load()
