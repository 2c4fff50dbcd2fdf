"""The command `serve`; the rest of the command line is `cli`."""

from __future__ import annotations

from pathlib import Path

import click

from yusuan.errors import UsageError
from yusuan.messages import LANGUAGES, say
from yusuan.options import memory, path, seconds

HIGHEST = 65535
# What listens there hears this machine alone.
_OWN = ("127.0.0.1", "::1", "localhost")


def register(main: click.Group, language: str) -> None:
    """Add the command to the program.

    Args:
        main: The program.
        language: The language of its help texts.
    """

    def tell(key: str) -> str:
        return say(key).text(language)

    @main.command("serve", help=tell("help-serve"))
    @click.argument("folders", metavar="[DIR|STORE]...", nargs=-1, type=path)
    @click.option("--host", metavar="ADDRESS", default="127.0.0.1", help=tell("help-serve-host"))
    @click.option(
        "--port", metavar="PORT", default="8000", callback=_port, help=tell("help-serve-port")
    )
    @click.option(
        "--timeout",
        metavar="SECONDS",
        default="30",
        callback=seconds,
        help=tell("help-serve-timeout"),
    )
    @click.option(
        "--memory",
        "most",
        metavar="MiB",
        default="1GiB",
        callback=memory,
        help=tell("help-serve-memory"),
    )
    @click.option(
        "--rows", metavar="COUNT", default="100000", callback=_count, help=tell("help-serve-rows")
    )
    @click.option(
        "--workers", metavar="COUNT", default="4", callback=_count, help=tell("help-serve-workers")
    )
    @click.option("--lang", type=click.Choice(LANGUAGES), default=language, show_default=False,
                  help=tell("help-lang"))  # fmt: skip
    def serve_command(
        folders: tuple[Path, ...], host: str, port: int, timeout: float, most: int, rows: int,
        workers: int, lang: str,
    ) -> None:  # fmt: skip
        """Serve packages or a store."""
        from yusuan.package import nearest
        from yusuan.serving import Settings, serve

        def log(line: str) -> None:
            click.echo(line, err=True)

        if host not in _OWN:
            log(say("serve-open-to-all", host=host).text(lang))
        serve(
            list(folders) or [nearest(Path.cwd())],
            Settings(host, port, timeout, most, rows, workers, lang),
            ready=lambda address: click.echo(say("serve-ready", address=address).text(lang)),
            log=log,
        )


def _port(_: click.Context, __: click.Parameter, value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > HIGHEST:
        raise UsageError("--port", say("serve-bad-port", value=value), say("serve-bad-port-advice"))
    return int(value)


def _count(_: click.Context, parameter: click.Parameter, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 10**9:
        raise UsageError(parameter.opts[0], say("serve-bad-count", value=value),
                         say("serve-bad-count-advice"))  # fmt: skip
    return int(value)
