"""What results are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a result, read from a row or a dataclass of the same names."""

    model_config = ConfigDict(from_attributes=True)
