from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from integrations import storage
from mcp_gateway.tool import Result, WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class GetCsvUploadUrlArguments(WriteArguments):
    filename: Annotated[str, Field(min_length=5, max_length=100, description="The name of the file, ending in .csv.")]


class GetCsvUploadUrlResult(Result):
    model_config = ConfigDict(from_attributes=True)
    secret_fields: ClassVar[frozenset[str]] = frozenset({"fields"})

    url: Annotated[str, Field(serialization_alias="uploadUrl")]
    fields: Annotated[dict[str, str], Field(serialization_alias="formFields")]
    gcs_url: Annotated[str, Field(serialization_alias="gcsUrl")]
    expires_at: datetime
    max_bytes: int

    def text(self) -> str:
        fields = "".join(f'  -F "{name}={value}" \\\n' for name, value in self.fields.items())
        return (
            f"Upload the file (at most {self.max_bytes:,} bytes, once, until {self.expires_at:%Y-%m-%d %H:%M} UTC):\n"
            f'```\ncurl -X POST "{self.url}" \\\n{fields}  -F "file=@leads.csv;type=text/csv"\n```\n'
            f"Then give this as csv_url to create_campaign: {self.gcs_url}"
        )


@tool(doing="preparing the upload", scope="campaigns:write", title="Get CSV upload URL")
def get_csv_upload_url(actor: Actor, args: GetCsvUploadUrlArguments) -> GetCsvUploadUrlResult:
    """Make a signed form for uploading one CSV of leads, up to 2 MB.

    POST every entry of formFields and the file (last, as file) to uploadUrl; then pass gcsUrl as csv_url to create_campaign.
    """
    return GetCsvUploadUrlResult.model_validate(storage.offer_upload(actor=actor, filename=args.filename, now=now()))
