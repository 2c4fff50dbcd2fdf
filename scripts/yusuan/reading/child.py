"""What runs in the child process: limits first, then the parser, then JSON on standard output.

It loads as little as it can: for a text file the start of the process is most of the work.
"""

from __future__ import annotations

import sys
from typing import Any

from yusuan.reading.transport import OUT_OF_MEMORY, READ, REFUSED, pack


def main(kind: str, memory: int, seconds: float) -> None:
    """Read a document of `kind` from standard input and write it as JSON to standard output.

    Args:
        kind: What `sniff` said.
        memory: Bytes of address space that this process may take; not enforced on Windows.
        seconds: Processor time that it may take; likewise.
    """
    _limit(memory, seconds)
    try:
        answer, code = _answer(kind)
    except MemoryError:
        answer, code = b"", OUT_OF_MEMORY
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    sys.exit(code)


def _limit(memory: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock still counts
        return
    processor = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # The first limit names its reason as it ends the process, the second does not.
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(kind: str) -> tuple[bytes, int]:
    import json

    from yusuan.errors import DocumentError
    from yusuan.reading import parse

    answer: dict[str, Any]
    try:
        answer, code = pack(parse(sys.stdin.buffer.read(), kind)), READ
    except DocumentError as error:
        messages = {"reason": error.reason, "advice": error.advice}
        answer = {
            name: [message.key, {key: str(value) for key, value in message.values.items()}]
            for name, message in messages.items()
        }
        code = REFUSED
    return json.dumps(answer, separators=(",", ":")).encode("ascii"), code
