"""doc, odt and rtf through LibreOffice, as docx.

LibreOffice exits 0 on a broken file, so what counts is whether there is a docx afterwards. It runs
in a process group of its own with a profile of its own, so that a window that is open elsewhere
neither hinders it nor is hindered.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from yusuan.errors import DocumentError
from yusuan.messages import say

# LibreOffice maps more than it uses; below this its heap does not even start.
_LEAST = 1 << 30


def to_docx(data: bytes, kind: str, *, seconds: float, memory: int) -> bytes:
    """Return a file as docx.

    Args:
        data: The file.
        kind: `doc`, `odt` or `rtf`.
        seconds: Wall time that LibreOffice may take.
        memory: Bytes of private memory that it may take, at least 1 GiB; not enforced on Windows.

    Raises:
        DocumentError: LibreOffice is not there, takes too long, or can't read the file.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        reason = say("office-missing", kind=kind)
        raise DocumentError("", reason, say("office-missing-advice"))
    with tempfile.TemporaryDirectory(prefix="yusuan-") as folder:
        source = Path(folder) / f"document.{kind}"
        source.write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(Path(folder) / "out"),
            str(source),
        ]
        _run(command, folder, seconds, memory)
        made = Path(folder) / "out" / "document.docx"
        if not made.is_file():
            raise DocumentError("", say("office-failed", kind=kind), say("broken-advice"))
        return made.read_bytes()


def _run(command: list[str], folder: str, seconds: float, memory: int) -> None:
    environment = {**os.environ, "HOME": folder}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        preexec_fn=_limiter(memory),  # noqa: PLW1509 - no thread is running in the parent
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as fault:
            raise DocumentError(
                "", say("too-slow", seconds=f"{seconds:g}"), say("too-slow-advice")
            ) from fault
        finally:
            # soffice is a script whose child does the work: the whole group goes.
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _limiter(memory: int) -> Callable[[], None] | None:
    try:
        import resource
    except ImportError:
        return None
    limit = max(memory, _LEAST)

    def apply() -> None:
        # Private data, not address space: LibreOffice maps its libraries generously.
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    return apply
