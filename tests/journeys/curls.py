"""Every curl command of a document, as a reader would copy it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).with_name("documents") / "mcp-integration.txt"
_WORDS = re.compile(r"""'[^']*'|"[^"]*"|\\\n|[^'"\\\n]+""")


def commands() -> list[str]:
    """Return the commands in the order of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return [_command(text, found.start()) for found in re.finditer(r"curl (?=-)", text)]


def _command(text: str, start: int) -> str:
    """Read to the end of the line that no backslash continues; in the document the next heading may stick to the last quote."""
    end = start
    while word := _WORDS.match(text, end):
        end = word.end()
        if word[0][0] in "'\"" and re.match(r"[\w#]", text[end : end + 1]):
            break
    return text[start:end].strip()


@dataclass
class Reader:
    """Somebody who copies the commands one after the other and puts in what the answers before gave."""

    folder: Path
    own: dict[str, str]
    commands: list[str] = field(default_factory=commands)

    def next(self, *more: str) -> str:
        """Run the next command and return what it prints."""
        command = self.commands.pop(0)
        for written, value in self.own.items():
            command = command.replace(written, value)
        done = subprocess.run(  # noqa: S603 - a shell, as the reader's
            ["/bin/bash", "-c", " ".join([command, *more])],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "no_proxy": "*"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        stream_ended = done.returncode == 28 and more
        assert done.returncode == 0 or stream_ended, f"{command}\n{done.stderr}"
        return done.stdout

    def data(self) -> dict[str, Any]:
        """Run the next command, a call of a tool that has to work; return its data."""
        result: dict[str, Any] = json.loads(self.next())["result"]
        assert not result["isError"], result["content"][0]["text"]
        data: dict[str, Any] = result["structuredContent"]
        return data

    def follow_draft_and_upload(self) -> None:
        """Run the commands from the draft to the upload, each with what the one before has answered."""
        draft = self.data()
        assert draft["status"] == "draft"
        self.own["DRAFT_ID"] = str(draft["campaign_id"])
        assert self.data()["campaign_id"] == draft["campaign_id"]

        offer = self.data()
        fields = " \\\n".join(f'-F "{name}={value}"' for name, value in offer["formFields"].items())
        self.own |= {
            "<uploadUrl>": offer["uploadUrl"],
            '-F "<field1>=<value1>"': fields,
            '-F "<field2>=<value2>" \\\n': "",
            "<gcsUrl>": offer["gcsUrl"],
        }
        assert json.loads(self.next())["gcsUrl"] == offer["gcsUrl"]
