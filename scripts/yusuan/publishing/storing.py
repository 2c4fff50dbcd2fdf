"""Objects in a bucket of S3-compatible storage: listed, read, written; every trouble told in words.

The requests are those of boto3, with its own retries; who asks, and where, it finds out as every
program of that kind does: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_ENDPOINT_URL …
"""

from __future__ import annotations

import mimetypes
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from yusuan.errors import UsageError
from yusuan.messages import say
from yusuan.package.descriptor import Seal
from yusuan.publishing import troubles
from yusuan.publishing.client import PIECE, READING, Patience
from yusuan.publishing.errors import TargetError
from yusuan.publishing.plan import Content
from yusuan.secrecy import hide

# What it says where a key is wrong or has expired; with other statuses than 401, as S3 has it.
STRANGERS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "TokenRefreshRequired",
})  # fmt: skip
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
TAKEN = frozenset({"409", "412", "ConditionalRequestConflict", "PreconditionFailed"})
_TEXTS = {
    ".csv": "text/csv", ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
    ".txt": "text/plain", ".md": "text/markdown", ".ttl": "text/turtle", ".cff": "text/yaml",
    ".nq": "application/n-quads", ".nt": "application/n-triples", ".json": "application/json",
    ".jsonld": "application/ld+json", ".xml": "application/xml", ".svg": "image/svg+xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a list of the bucket has it.

    Attributes:
        etag: What changes with its content.
        bytes: Its size.
    """

    etag: str
    bytes: int


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Bucket:
    """The objects of a bucket below a prefix.

    Args:
        name: The target, as a person names it.
        bucket: The bucket.
        prefix: "" or a path that ends with a slash.
        patience: How long the server is waited for.

    Attributes:
        patience: How long the server is waited for; read before the first request.
        reads: How many requests were sent that only read.
        writes: How many that may write.

    Raises:
        UsageError: The extra `s3` is not installed.
    """

    def __init__(
        self, name: str, bucket: str, prefix: str, patience: Patience | None = None
    ) -> None:
        self.name, self.bucket, self.prefix = name, bucket, prefix
        self.reads = self.writes = 0
        self.patience = patience or Patience()
        self._client: Any = None

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(str(self._opened().meta.endpoint_url)).netloc

    def listed(self) -> dict[str, Stored]:
        """Return path → object of everything below the prefix.

        Raises:
            TargetError: It can't be listed.
        """
        found: dict[str, Stored] = {}
        with self._failing("GET", ""):
            pages = self._opened().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for one in page.get("Contents", ()):
                    path = one["Key"][len(self.prefix) :]
                    found[path] = Stored(one["ETag"].strip('"'), int(one["Size"]))
        return found

    def read(self, path: str) -> bytes | None:
        """Return a small object; None where there is none.

        Raises:
            TargetError: It can't be read.
        """
        pieces: list[bytes] = []
        return b"".join(pieces) if self._fetched(path, pieces.append) else None

    def seal(self, path: str) -> Seal | None:
        """Return size and hash of an object, read piece by piece; None where there is none.

        Raises:
            TargetError: It can't be read.
        """
        digest, size = sha256(), 0

        def take(piece: bytes) -> None:
            nonlocal size
            digest.update(piece)
            size += len(piece)

        return Seal(size, digest.hexdigest()) if self._fetched(path, take) else None

    def write(
        self, path: str, content: Content, seal: Seal, *, new: bool = False, etag: str | None = None
    ) -> str | None:
        """Write an object piece by piece and return its ETag; None where a condition fails.

        Args:
            path: The object.
            content: What it is to hold.
            seal: Size and hash; the server refuses what arrives otherwise.
            new: Only where there is none.
            etag: Only where what stands there has this ETag.

        Raises:
            TargetError: It can't be written.
        """
        condition: dict[str, str] = {"IfNoneMatch": "*"} if new else {}
        if etag is not None:
            condition["IfMatch"] = f'"{etag}"'
        with self._failing("PUT", path, TAKEN if condition else frozenset()) as outcome:
            body = content if isinstance(content, bytes) else content.open("rb")
            try:
                answer = self._opened().put_object(
                    Bucket=self.bucket, Key=self.prefix + path, Body=body,
                    ContentLength=seal.bytes, ContentType=media_type(path),
                    # What stands at an address changes, and everybody should see it at once.
                    CacheControl="no-cache",
                    ChecksumSHA256=b64encode(bytes.fromhex(seal.sha256)).decode("ascii"),
                    **condition,
                )  # fmt: skip
            finally:
                if not isinstance(body, bytes):
                    body.close()
            outcome.append(str(answer["ETag"]).strip('"'))
        return outcome[0] if outcome else None

    def delete(self, path: str) -> None:
        """Remove an object, if it is there.

        Raises:
            TargetError: It can't be removed.
        """
        with self._failing("DELETE", path):
            self._opened().delete_object(Bucket=self.bucket, Key=self.prefix + path)

    def _fetched(self, path: str, take: Any) -> bool:
        with self._failing("GET", path, MISSING) as outcome:
            answer = self._opened().get_object(Bucket=self.bucket, Key=self.prefix + path)
            with closing(answer["Body"]) as body:
                for piece in body.iter_chunks(PIECE):
                    take(piece)
            outcome.append("")
        return bool(outcome)

    def _opened(self) -> Any:
        if self._client is None:
            try:
                import boto3
                from botocore.config import Config
                from botocore.exceptions import BotoCoreError
            except ImportError as fault:
                raise UsageError(self.name, say("s3-missing"), say("s3-missing-advice")) from fault
            patience = self.patience
            config = Config(
                connect_timeout=patience.connect, read_timeout=patience.read,
                retries={"mode": "standard", "total_max_attempts": patience.tries},
            )  # fmt: skip
            try:
                session = boto3.session.Session()
                found = session.get_credentials()
                if found is not None:
                    for word in found.get_frozen_credentials():
                        if word:
                            hide(word)
                client = session.client("s3", config=config, verify=troubles.authorities())
            except (BotoCoreError, ValueError) as fault:
                reason = say("s3-settings", fault=fault)
                raise UsageError(self.name, reason, say("s3-settings-advice")) from fault
            client.meta.events.register("before-send.s3", self._count)
            client.meta.events.register("response-received.s3", self._stay)
            self._client = client
        return self._client

    def _count(self, request: Any, **_: Any) -> None:
        if request.method in READING:
            self.reads += 1
        else:
            self.writes += 1

    def _stay(self, response_dict: Mapping[str, Any] | None = None, **_: Any) -> None:
        """Refuse a redirect to another server; to another region of the same the library goes."""
        if response_dict is None or response_dict["status_code"] not in troubles.REDIRECTS:
            return
        headers = {str(one).lower(): str(two) for one, two in response_dict["headers"].items()}
        if "x-amz-bucket-region" not in headers and "location" in headers:
            told = f"/{self.bucket}/{self.prefix}"
            raise troubles.elsewhere(self.name, self.host, told, "", headers["location"])

    @contextmanager
    def _failing(
        self, method: str, path: str, answers: frozenset[str] = frozenset()
    ) -> Iterator[list[str]]:
        """Tell what goes wrong in words; codes that are answers here pass."""
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
        from urllib3.exceptions import HTTPError

        told = f"{method} /{self.bucket}/{self.prefix}{path}"
        try:
            yield []
        except ClientError as fault:
            code = str(fault.response["Error"].get("Code", ""))
            if code not in answers:
                raise self._refused(told, code, fault) from fault
        except NoCredentialsError as fault:
            raise TargetError(self.name, say("s3-unknown", host=self.host),
                              say("s3-unknown-advice")) from fault  # fmt: skip
        except (BotoCoreError, HTTPError, OSError) as fault:
            raise troubles.of_fault(self.name, self.host, told, fault, self.patience) from fault

    def _refused(self, told: str, code: str, fault: Any) -> TargetError:
        """Return the error for an answer that refuses."""
        response = fault.response
        status = int(response["ResponseMetadata"]["HTTPStatusCode"])
        headers = response["ResponseMetadata"].get("HTTPHeaders", {})
        if code in STRANGERS:
            status = 401
        if code == "NoSuchBucket":
            return TargetError(self.name, say("s3-no-bucket", host=self.host, bucket=self.bucket),
                               say("s3-no-bucket-advice", bucket=self.bucket))  # fmt: skip
        if status in troubles.REDIRECTS:
            there = str(headers.get("location", code))
            return troubles.elsewhere(self.name, self.host, told, "", there)
        said = f"{code} {response['Error'].get('Message', '')}".encode()
        wait = troubles.wait_of(headers, 60)
        return troubles.of_status(self.name, self.host, told, _Answer(status, headers, said), wait)


def media_type(path: str) -> str:
    """Return the media type under which a file is served; of texts with their charset."""
    suffix = PurePosixPath(path).suffix.lower() or ".txt"
    if suffix in _TEXTS:
        return f"{_TEXTS[suffix]}; charset=utf-8"
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
