"""Where files lie: on a local disk, in S3 or in GCS, as STORAGE_URL says. Uploads come in by signed forms."""

from integrations.storage.contracts import FORM_LIFETIME
from integrations.storage.errors import (
    FILE_FIELD,
    ExpiredForm,
    FileTooLarge,
    IncompleteForm,
    NotACsvFile,
    NothingUploaded,
    StorageFailed,
    UnsignedForm,
    UsedForm,
    too_large,
)
from integrations.storage.filenames import MAX_FILENAME, check_filename
from integrations.storage.uploads import (
    KEPT_FOR,
    MAX_BYTES,
    ReceivedFile,
    UploadOffer,
    offer_upload,
    probe,
    purge_uploads,
    read_upload,
    receive_upload,
    url_of,
)

__all__ = [
    "FILE_FIELD",
    "FORM_LIFETIME",
    "KEPT_FOR",
    "MAX_BYTES",
    "MAX_FILENAME",
    "ExpiredForm",
    "FileTooLarge",
    "IncompleteForm",
    "NotACsvFile",
    "NothingUploaded",
    "ReceivedFile",
    "StorageFailed",
    "UnsignedForm",
    "UploadOffer",
    "UsedForm",
    "check_filename",
    "offer_upload",
    "probe",
    "purge_uploads",
    "read_upload",
    "receive_upload",
    "too_large",
    "url_of",
]
