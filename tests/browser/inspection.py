"""Looks at a page in every size and colour, and says what would keep somebody out; takes pictures of it where they are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.browser import axe, layout
from tests.browser.visit import HEIGHT, NARROW, WIDE

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SETTLED = "document.getAnimations().forEach((animation) => animation.finish())"  # colours on their way to the new scheme


@dataclass(frozen=True)
class Inspection:
    """How pages are looked at; `pictures` is the folder for pictures of them, if any."""

    pictures: Path | None

    def __call__(self, page: Page, called: str) -> None:
        """Look at a page; fail for what is wrong with it. Its pictures are called so."""
        page.wait_for_load_state()  # a form's answer can be looked at before its stylesheet is there
        seen: dict[str, list[str]] = {}
        for width, scheme in product((WIDE, NARROW), SCHEMES):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            if self.pictures:
                page.screenshot(path=self.pictures / f"{called}-{width}-{scheme}.png", full_page=True)
            for fault in _faults(page, scheme):
                seen.setdefault(fault, []).append(f"{width} px {scheme}")
        page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        assert not seen, f"{page.url}:\n" + "\n".join(f"[{', '.join(looks)}] {fault}" for fault, looks in seen.items())


def _faults(page: Page, scheme: Scheme) -> list[str]:
    if scheme == "dark":  # the same page in other colours
        return axe.violations(page, axe.CONTRAST)
    return axe.violations(page) + layout.faults(page)
