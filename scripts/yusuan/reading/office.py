"""doc, odt and rtf through LibreOffice, as docx.

LibreOffice exits 0 on a file that it can't read, and reads any bytes as text if it may choose the
format: so the format is named, and what counts is whether there is a docx afterwards. It runs in a
process group of its own with a profile of its own, so that a window that is open elsewhere neither
hinders it nor is hindered; the profile forbids macros, links and the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from yusuan.errors import DocumentError
from yusuan.messages import say

_INPUT_FILTERS = {"doc": "MS Word 97", "odt": "writer8", "rtf": "Rich Text Format"}
_OUTPUT = "docx:MS Word 2007 XML"
# Where installers put it without adding it to PATH.
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
)
# 256 MiB are enough for a disclosure of 30 pages; below that LibreOffice does not start.
_LEAST = 512 << 20
_OOR = "http://openoffice.org/2001/registry"
# A picture or a section may be linked from the network: a proxy that is not there answers nobody.
_SETTINGS = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetFTPProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)


def to_docx(data: bytes, kind: str, *, seconds: float, memory: int) -> bytes:
    """Return a file as docx.

    Args:
        data: The file.
        kind: `doc`, `odt` or `rtf`.
        seconds: Wall time that LibreOffice may take.
        memory: Bytes of private memory that it may take, at least 512 MiB; not enforced on Windows
            and macOS.

    Raises:
        DocumentError: LibreOffice is not there, takes too long, or can't read the file.
    """
    program = _find()
    if program is None:
        raise DocumentError("", say("office-missing", kind=kind), say("office-missing-advice"))
    with tempfile.TemporaryDirectory(prefix="yusuan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"document.{kind}"
        source.write_bytes(data)
        _write_profile(folder / "profile")
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            f"--infilter={_INPUT_FILTERS[kind]}",
            "--convert-to",
            _OUTPUT,
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        _run(command, folder, seconds, memory)
        made = folder / "out" / "document.docx"
        if not _is_docx(made):
            raise DocumentError("", say("office-failed", kind=kind), say("broken-advice"))
        return made.read_bytes()


def _find() -> str | None:
    """Return the program, or None where LibreOffice is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _USUAL_PLACES if Path(place).is_file()), None)


def _write_profile(folder: Path) -> None:
    """Write the settings of a profile that is used once."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="{_OOR}">{items}</oor:items>',
        "utf-8",
    )


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _run(command: list[str], folder: Path, seconds: float, memory: int) -> None:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
        preexec_fn=_limiter(memory),  # noqa: PLW1509 - no thread is running in the parent
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as fault:
            reason = say("too-slow", seconds=f"{seconds:g}")
            raise DocumentError("", reason, say("too-slow-advice")) from fault
        finally:
            # soffice is a script whose child does the work: the whole group goes.
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _limiter(memory: int) -> Callable[[], None] | None:
    """Return what sets the limits in the new process.

    Private data is limited, not address space: what LibreOffice maps grows with its version and
    the fonts of the machine; what it fills does not.
    """
    try:
        import resource
    except ImportError:  # Windows has none; the clock still counts
        return None
    limit = max(memory, _LEAST)

    def apply() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return apply
