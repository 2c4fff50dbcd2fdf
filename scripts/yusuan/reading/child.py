"""What runs in the child process: limits first, then the parser, then JSON on standard output."""

from __future__ import annotations

import math
import sys


def main(kind: str, memory: int, seconds: float) -> None:
    """Read a document of `kind` from standard input and write it as JSON to standard output."""
    _limit(memory, seconds)
    import json

    from yusuan.errors import DocumentError
    from yusuan.reading import parse
    from yusuan.reading.sandbox import pack

    data = sys.stdin.buffer.read()
    try:
        answer, code = pack(parse(data, kind)), 0
    except DocumentError as error:
        messages = {"reason": error.reason, "advice": error.advice}
        answer = {
            name: [message.key, {key: str(value) for key, value in message.values.items()}]
            for name, message in messages.items()
        }
        code = 3
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode("ascii"))
    sys.stdout.flush()
    sys.exit(code)


def _limit(memory: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock still counts
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    processor = math.ceil(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
