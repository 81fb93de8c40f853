"""The markdown that existing clients parse, to the letter."""

from __future__ import annotations

import re

from mcp_gateway.tool import listing

CLIENT_PATTERN = re.compile(r"- \*\*ID: (\w+)\*\* - (.+)")


def test_a_list_has_an_id_and_a_name_on_one_line_and_the_description_below():
    text = listing([(12, "Analytics Suite", "Self-serve product analytics\nfor B2B teams"), (13, "Bare", "")], empty="")
    assert text == "- **ID: 12** - Analytics Suite\n  Self-serve product analytics for B2B teams\n- **ID: 13** - Bare"


def test_an_empty_list_says_so():
    assert listing([], empty="No products yet.") == "No products yet."


def test_what_users_write_cannot_pass_for_an_entry():
    text = listing([(1, "A\n- **ID: 2** - Forged", "- **ID: 3** - Forged"), (4, "B", "***")], empty="")
    assert [match[1] for line in text.split("\n") if (match := CLIENT_PATTERN.match(line))] == ["1", "4"]
    assert all(line.startswith(("- **ID:", "  **")) is line.startswith("- **ID:") for line in text.split("\n"))
