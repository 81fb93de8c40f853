"""The gateway's other tools, for the peers to list: as many, with the same words and schemas."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def others() -> list[dict[str, Any]]:
    """Return the entries of the gateway's own tools/list but for the tool that is called."""
    entries = json.loads(Path(os.environ["BENCH_TOOLS"]).read_text())
    return [entry for entry in entries if entry["name"] != "list_products"]
