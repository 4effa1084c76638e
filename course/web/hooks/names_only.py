"""Files of a posted form in; nothing out: pictures and recordings are counted elsewhere, and never kept."""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamesOnly(FileUploadHandler):
    """Lets a file's bytes go as they come, so that none is ever on this machine's disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Let it go."""

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """Give nothing back."""
