"""Bodies of requests that are sent piece by piece: files, and forms that hold files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yusuan.publishing.plan import Content
from yusuan.publishing.release import pieces

BOUNDARY = 16  # bytes of chance


@dataclass(frozen=True, slots=True)
class Part:
    """A file in a form.

    Attributes:
        name: The field.
        filename: The name that the server is told; any text.
        content: What it holds.
        media_type: Its media type.
    """

    name: str
    filename: str
    content: Content
    media_type: str


class Body:
    """What is sent: its length is known before, and it can be sent again from the start.

    Args:
        contents: What follows each other.
    """

    def __init__(self, contents: Sequence[Content]) -> None:
        self._contents = list(contents)
        self._length = sum(map(_length, self._contents))

    def __len__(self) -> int:
        """Return the length in bytes."""
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """Yield it piece by piece, from the start."""
        for content in self._contents:
            if isinstance(content, bytes):
                yield content
            else:
                yield from pieces(content)


class Form(Body):
    """A form with files (multipart/form-data).

    Args:
        fields: Field → value.
        files: The files.
    """

    def __init__(self, fields: Mapping[str, str], files: Sequence[Part]) -> None:
        boundary = secrets.token_hex(BOUNDARY)
        contents: list[Content] = []
        for name, value in fields.items():
            contents.append(_head(boundary, f'name="{_quoted(name)}"', None))
            contents.append(f"{value}\r\n".encode())
        for one in files:
            where = f'name="{_quoted(one.name)}"; filename="{_quoted(one.filename)}"'
            contents += [_head(boundary, where, one.media_type), one.content, b"\r\n"]
        contents.append(f"--{boundary}--\r\n".encode())
        super().__init__(contents)
        self.media_type = f"multipart/form-data; boundary={boundary}"


def _length(content: Content) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _head(boundary: str, where: str, media_type: str | None) -> bytes:
    kind = "" if media_type is None else f"\r\nContent-Type: {media_type}"
    return f"--{boundary}\r\nContent-Disposition: form-data; {where}{kind}\r\n\r\n".encode()


def _quoted(text: str) -> str:
    """Return a name as browsers write it into a form: in UTF-8, what would end it escaped."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
