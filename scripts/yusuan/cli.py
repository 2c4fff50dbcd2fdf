"""The command line: arguments in, text or JSON out, errors caught and told here and nowhere else.

What a command needs is imported inside it, so that each starts as fast as it can.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from yusuan import commands_publish, commands_query, commands_serve
from yusuan.announcing import announced
from yusuan.errors import UsageError, YusuanError
from yusuan.findings import SEVERITIES
from yusuan.layout import hung, padded, width
from yusuan.messages import LANGUAGES, Message, preferred_language, say
from yusuan.options import base, memory, path, reason, seconds
from yusuan.secrecy import hidden

if TYPE_CHECKING:
    from yusuan.building import Built

# As `reporting.FORMATS` has them, which is not loaded for a help text.
REPORTS = ("text", "json", "sarif", "junit", "html")


def language_of(arguments: Sequence[str]) -> str:
    """Return the language that `--lang` asks for, else that of the locale.

    Click needs the help texts before it has parsed the arguments.
    """
    for word, following in zip(arguments, (*arguments[1:], ""), strict=False):
        wanted = following if word == "--lang" else word.removeprefix("--lang=")
        if wanted in LANGUAGES and word.startswith("--lang"):
            return wanted
    return preferred_language()


LANGUAGE = language_of(sys.argv[1:])


def tell(key: str, **values: object) -> str:
    """Return a sentence of the catalogue in the user's language."""
    return say(key, **values).text(LANGUAGE)


class Formatter(click.HelpFormatter):
    """Click's help, with its headings from the catalogue and lines as Chinese breaks them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, tell("help-usage") if prefix is None else prefix)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Write a section under its heading."""
        with super().section(tell(f"help-heading-{name.lower()}")):
            yield

    def write_text(self, text: str) -> None:
        """Write paragraphs, which stand apart by an empty line."""
        indent = " " * self.current_indent
        paragraphs = text.split("\n\n")
        self.write("\n\n".join(hung(indent, one, self.width) for one in paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms with what they mean, in two columns."""
        lines = list(rows)
        indent = " " * self.current_indent
        column = min(max(width(term) for term, _ in lines), col_max) + col_spacing
        for term, text in lines:
            label = indent + padded(term, column)
            if width(term) > column - col_spacing:
                self.write(f"{indent}{term}\n")
                label = indent + " " * column
            self.write(f"{hung(label, text, self.width)}\n")


class Context(click.Context):
    """A context whose help speaks the user's language."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help speaks the user's language."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - of click
        """Return its first sentence, which click would cut where no word of English ends."""
        return re.split(r"(?<=。)|(?<=\.)\s", self.help or "", maxsplit=1)[0]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help`, explained in the user's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = tell("help-help")
        return option


class Program(Command, click.Group):
    """The program: the one place that catches errors and turns them into exit codes."""

    command_class = Command

    def main(self, args: Sequence[str] | None = None, *_: object, **__: object) -> NoReturn:
        """Run the command that the arguments ask for, and exit with its code."""
        arguments = list(sys.argv[1:] if args is None else args)
        _speak_utf8()
        outcome = _guarded(lambda: super(Program, self).main(
            arguments, prog_name="yusuan", standalone_mode=False), arguments)  # fmt: skip
        sys.exit(outcome if isinstance(outcome, int) else 0)


def _speak_utf8() -> None:
    """Write UTF-8 wherever output goes, and never fail on a character.

    An encoding that the user asks for by PYTHONIOENCODING stays.
    """
    encoding = None if os.environ.get("PYTHONIOENCODING") else "utf-8"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")


def _guarded(run: Callable[[], object], arguments: Sequence[str]) -> object:
    """Run a command; tell any trouble and return its exit code."""
    language, as_json = language_of(arguments), "--json" in arguments
    try:
        return run()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as fault:
        click.echo(fault.format_message(), err=True)
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("interrupted").text(language), err=True)
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: no fault of anyone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # noqa: BLE001 - the last resort: a fault of the program itself
        return show_error(_in_our_words(fault), language, as_json=as_json)


def _in_our_words(fault: Exception) -> YusuanError:
    """Return any exception as an error of ours."""
    if isinstance(fault, YusuanError):
        return fault
    if isinstance(fault, click.ClickException):
        return UsageError(*_complaint(fault), say("usage-advice"))
    return _crash(fault)


def _complaint(fault: click.ClickException) -> tuple[str, Message]:
    """Return what click complains about, and why."""
    match fault:
        case click.exceptions.NoSuchOption():
            return fault.option_name, say("no-such-option")
        case click.exceptions.NoSuchCommand():
            return fault.command_name, say("no-such-command")
        case click.MissingParameter(param=click.Parameter() as given):
            return given.human_readable_name, say("missing-parameter")
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice) as given):
            return given.opts[0], say("not-a-choice", choices=", ".join(choice.choices))
        case _:
            return "yusuan", say("bad-usage", fault=fault.format_message())


def show_error(fault: YusuanError, language: str, *, as_json: bool) -> int:
    """Write an error where it belongs and return its exit code."""
    if as_json:
        from yusuan.report import as_document, error_document

        click.echo(hidden(as_document(error_document(fault))))
    else:
        click.echo(hidden(say("error", text=fault.text(language)).text(language)), err=True)
    return fault.exit_code


def _crash(fault: Exception) -> YusuanError:
    """Return a fault of the program itself as an error that asks to report it."""
    if os.environ.get("YUSUAN_DEBUG"):
        import traceback

        click.echo(hidden("".join(traceback.format_exception(fault))), err=True)
    shown = f"{type(fault).__name__}: {fault}".splitlines()[0]
    error = YusuanError("yusuan", say("crash", fault=shown), say("crash-advice"))
    error.exit_code = 1
    return error


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if wanted and not ctx.resilient_parsing:
        from yusuan.package import program_version

        click.echo(f"yusuan {program_version()}")
        ctx.exit()


language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default=LANGUAGE, show_default=False,
    help=tell("help-lang"),
)  # fmt: skip


@click.group(
    cls=Program,
    help=tell("help-program"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True,
              callback=_print_version, help=tell("help-version"))  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=tell("help-lang"))
def main() -> None:
    """Turn a county's budget disclosure into linked open data."""


@main.command("build", help=tell("help-build"))
@click.argument("documents", metavar="DOCUMENT...", nargs=-1, required=True,
                type=path)  # fmt: skip
@click.option("-o", "--output", metavar="DIR", type=path, help=tell("help-output"))
@click.option("--sidecar", metavar="FILE", type=path, help=tell("help-sidecar"))
@click.option("--memory", metavar="MiB", default="1GiB", callback=memory, help=tell("help-memory"))
@click.option("--timeout", metavar="SECONDS", default="60", callback=seconds,
              help=tell("help-timeout"))  # fmt: skip
@click.option("--keep-personal-data", "keep_reason", metavar="REASON", callback=reason,
              help=tell("help-keep"))  # fmt: skip
@click.option("--base", metavar="IRI", callback=base, help=tell("help-base"))
@click.option("--facts-only/--with-text", "facts_only", default=None, help=tell("help-facts-only"))
@click.option("--check", is_flag=True, help=tell("help-check"))
@click.option("--json", "as_json", is_flag=True, help=tell("help-json"))
@language_option
def build(
    documents: tuple[Path, ...],
    output: Path | None,
    check: bool,  # noqa: FBT001 - click passes flags by name
    as_json: bool,  # noqa: FBT001
    lang: str,
    **options: Any,
) -> int:
    """Read documents, interpret them, write one package for each."""
    from yusuan.building import Options, build_one
    from yusuan.report import as_document, error_document, json_report, text_report

    several, codes, reports = len(documents) > 1, [0], []
    chosen = Options(output=output, several=several, check=check, **options)
    taken: dict[Path, Path] = {}
    for document in documents:
        try:
            with announced("reading", lang, document=document.name):
                built = build_one(document, chosen, taken)
        except YusuanError as fault:
            codes.append(fault.exit_code)
            reports.append(error_document(fault) | {"document": str(document)})
            if not as_json:
                show_error(fault, lang, as_json=False)
            continue
        codes.append(_exit_code(built))
        reports.append(json_report(built))
        if not as_json:
            click.echo(text_report(built, lang))
    if as_json:
        click.echo(as_document(reports if several else reports[0]))
    return max(codes)


def _exit_code(built: Built) -> int:
    return 4 if built.differences else 0


@main.command("text", help=tell("help-text"))
@click.argument("directory", metavar="[DIR]", required=False, type=path)
@click.option("-o", "--output", metavar="FILE", type=path, help=tell("help-text-output"))
@language_option
def text(directory: Path | None, output: Path | None, lang: str) -> None:  # noqa: ARG001
    """Rebuild the text of the document from its package."""
    from yusuan.package import rebuild, save

    content = rebuild(_package_folder(directory))
    if output is None:
        click.echo(content, nl=False)
    else:
        save([content], output)


@main.command("check", help=tell("help-check-command"))
@click.argument("directory", metavar="[DIR]", required=False, type=path)
@click.option("--fail-on", type=click.Choice(SEVERITIES), help=tell("help-fail-on"))
@click.option("--format", "form", type=click.Choice(REPORTS), default="text",
              help=tell("help-format"))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=tell("help-json"))
@click.option("-o", "--output", metavar="FILE", type=path, help=tell("help-report-output"))
@language_option
def check(
    directory: Path | None,
    fail_on: str | None,
    form: str,
    as_json: bool,  # noqa: FBT001 - click passes flags by name
    output: Path | None,
    lang: str,
) -> int:
    """Check a package: its own faults, and those of its source."""
    from yusuan.checking import check as check_package
    from yusuan.package import save
    from yusuan.reporting import render

    with announced("checking", lang):
        checked = check_package(_package_folder(directory))
    report = render(checked, "json" if as_json else form, lang)
    if output is None:
        click.echo(report)
    else:
        save([report.encode("utf-8"), b"\n"], output)
    alarming = [one for one in checked.findings if one.of_package]
    alarming += checked.at_least(fail_on) if fail_on else []
    return 4 if alarming else 0


@main.command("rdf", help=tell("help-rdf"))
@click.argument("directory", metavar="[DIR]", required=False, type=path)
@click.option("--format", "form", type=click.Choice(("ttl", "nt", "nq")), default="ttl",
              help=tell("help-rdf-format"))  # fmt: skip
@click.option("-o", "--output", metavar="FILE", type=path, help=tell("help-rdf-output"))
@language_option
def rdf(directory: Path | None, form: str, output: Path | None, lang: str) -> None:  # noqa: ARG001
    """Write the triples of a package, from its tables."""
    from yusuan import graph
    from yusuan.package import read, save

    package = read(_package_folder(directory))
    if form == "ttl":
        pieces: Iterator[bytes] = iter([graph.data_turtle(package)])
    else:
        pieces = graph.lines(package, graph.data_tables(package), quads=form == "nq")
    if output is None:
        sys.stdout.buffer.writelines(pieces)
    else:
        save(pieces, output)


@main.command("derive", help=tell("help-derive"))
@click.argument("directory", metavar="[DIR]", required=False, type=path)
@language_option
def derive(directory: Path | None, lang: str) -> None:
    """Make anew what follows from the tables of a package."""
    from yusuan.building import refresh

    folder = _package_folder(directory)
    changed = refresh(folder)
    for one in changed:
        click.echo(say("derived-file", path=one).text(lang))
    click.echo(say("derived-done", target=folder, count=len(changed)).text(lang))


@main.command("explain", help=tell("help-explain"))
@click.argument("word", metavar="[WORD]", required=False)
@click.option("--json", "as_json", is_flag=True, help=tell("help-json"))
@language_option
def explain(word: str | None, as_json: bool, lang: str) -> None:  # noqa: FBT001 - as above
    """Say what a rule, table, column, term or code means."""
    from yusuan.explaining import explain as explain_word
    from yusuan.explaining import overview
    from yusuan.package import above
    from yusuan.report import as_document

    said = overview() if word is None else explain_word(word, above(Path.cwd()))
    click.echo(as_document(said.document()) if as_json else said.text(lang))


def _package_folder(directory: Path | None) -> Path:
    """Return the folder asked for, or the nearest one upward that holds a package."""
    from yusuan.package import nearest

    return nearest(Path.cwd()) if directory is None else directory


commands_query.register(main, LANGUAGE)
commands_publish.register(main, LANGUAGE)
commands_serve.register(main, LANGUAGE)
