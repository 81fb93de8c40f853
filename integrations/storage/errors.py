"""How an upload fails; whoever sends a form is a program, so each case says what to do instead."""

from __future__ import annotations

from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, ProviderFailed

FILE_FIELD = "file"
NEW_FORM = "Ask get_csv_upload_url for a new form and send all its fields as they are."
UPLOAD_FIRST = "Call get_csv_upload_url, POST the file to its uploadUrl, then give its gcsUrl."


class IncompleteForm(Invalid):
    code, http_status = "upload_field_missing", 400


class UnsignedForm(Forbidden):
    code = "upload_form_forged"


class ExpiredForm(Forbidden):
    code = "upload_form_expired"


class UsedForm(Conflict):
    code = "upload_form_used"


class FileTooLarge(Invalid):
    code, http_status = "upload_too_large", 413


class NotACsvFile(Invalid):
    code, http_status = "upload_not_csv", 400


class NothingUploaded(Conflict):
    code = "upload_not_received"


class StorageFailed(ProviderFailed):
    """The bucket refused, or did not answer; the operator's log says why."""

    code, http_status = "storage_failed", 503


def too_large(allowed: int) -> FileTooLarge:
    """Return the refusal of a file with more bytes than the form allows."""
    return FileTooLarge(
        f"The file is over the limit of {allowed:,} bytes ({allowed / 1024 / 1024:g} MB).",
        field=FILE_FIELD,
        fix="Split it into several files, or remove the columns that no e-mail uses.",
        max_bytes=allowed,
    )
