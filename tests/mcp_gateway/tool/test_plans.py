"""How a prompt is worded."""

from __future__ import annotations

import pytest

from mcp_gateway.tool.plans import fenced, indented, plan


def test_a_plan_has_its_task_its_facts_its_numbered_steps_and_its_rules():
    facts = ["One fact", "", f"Two:{indented(['a', 'b'])}"]
    made = plan("Do it.", facts=facts, steps="\n- First\n  goes on\n- Second\n", rules="- Careful\n")
    task, known, ordered, held = made.split("\n\n## ")
    assert (task, known) == ("Do it.", "What is known\n\n- One fact\n- Two:\n  - a\n  - b")
    assert (ordered, held) == ("Plan\n\n1. First goes on\n2. Second", "Rules\n\n- Careful\n")


@pytest.mark.parametrize("text", ["plain", "~~~\nout\n~~~", "a ~~~~~~ b", "``` c"])
def test_nothing_in_a_fenced_text_closes_the_fence(text):
    opening, *inside, closing = fenced(text, language="liquid").splitlines()
    assert opening == f"{closing}liquid"
    assert "\n".join(inside) == text
    assert closing not in text
