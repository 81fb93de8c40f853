"""The door for files: POST /uploads/ takes a signed form and its file from anybody who holds the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import storage
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

BURST = Limit("uploads", "120/m")
ROOM_FOR_FIELDS = 64 * 1024  # bytes of a body besides the file


class UnreadableForm(Invalid):
    code, http_status = "upload_form_unreadable", 400


class CappedUpload(FileUploadHandler):
    """Holds the files of one request in memory and stops reading at the limit, whatever the request's headers promise."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._received = 0
        self._buffer = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > storage.MAX_BYTES:
            raise storage.too_large(storage.MAX_BYTES)
        self._buffer.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        content, self._buffer = self._buffer, BytesIO()
        content.seek(0)
        return InMemoryUploadedFile(content, self.field_name, self.file_name or "", self.content_type, file_size, self.charset)


def _errors_as_json(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer with the status, the code and the sentences of what went wrong: the caller is a program."""

    @wraps(view)
    def translated(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except DomainError as exc:
            body = {"error": {"code": exc.code, "message": exc.message, "fix": exc.fix}}
            return JsonResponse(body, status=exc.http_status, headers=_retry_after(exc))

    return translated


def _retry_after(exc: DomainError) -> dict[str, str]:
    wait = exc.context.get("retry_after_s")
    return {"Retry-After": str(wait)} if wait else {}


@csrf_exempt
@require_POST
@_errors_as_json
@throttled(BURST, open_without_redis=True)
def receive(request: HttpRequest) -> HttpResponseBase:
    """Take a form made by get_csv_upload_url with its file."""
    fields, file = _parts(request)
    upload = storage.receive_upload(fields=fields, file=file, now=now())
    return JsonResponse({"gcsUrl": storage.url_of(upload), "size": upload.size}, status=201)


def _parts(request: HttpRequest) -> tuple[dict[str, str], UploadedFile[bytes] | None]:
    if _announced(request) > storage.MAX_BYTES + ROOM_FOR_FIELDS:
        raise storage.too_large(storage.MAX_BYTES)
    request.upload_handlers = [CappedUpload(request)]
    try:
        return request.POST.dict(), request.FILES.get(storage.FILE_FIELD)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as exc:
        message = "The form cannot be read as multipart/form-data."
        raise UnreadableForm(message, fix="Send it as curl does: -F name=value for each field, -F file=@leads.csv at the end.") from exc


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
