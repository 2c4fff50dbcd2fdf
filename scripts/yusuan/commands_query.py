"""The commands that work on many packages: query, store and stack.

What a command needs is imported inside it, so that each starts as fast as it can.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yusuan.announcing import announced
from yusuan.errors import AnswerError, UsageError
from yusuan.messages import LANGUAGES, say
from yusuan.options import path, seconds

if TYPE_CHECKING:
    from yusuan.querying import Answer, Chart, Question

# As `querying.FORMATS` and `querying.PARAMETERS` have them, which are not loaded for a help text.
FORMATS = ("table", "csv", "tsv", "json", "xlsx", "parquet", "ttl")
PARAMETERS = ("county", "year", "remit", "item", "word")
_SUFFIXES = {"": "table", ".txt": "table", ".csv": "csv", ".tsv": "tsv", ".json": "json",
             ".xlsx": "xlsx", ".parquet": "parquet", ".ttl": "ttl"}  # fmt: skip

_PATIENCE, _PAUSE = 1.0, 0.2  # seconds until progress is told, and between two lines of it

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def register(main: click.Group, language: str) -> None:
    """Add the commands to the program.

    Args:
        main: The program.
        language: In which the help texts are.
    """

    def tell(key: str) -> str:
        return say(key).text(language)

    lang = click.option("--lang", type=click.Choice(LANGUAGES), default=language,
                        show_default=False, help=tell("help-lang"))  # fmt: skip
    _register_query(main, tell, lang)
    _register_store(main, tell, lang)
    _register_stack(main, tell, lang)


def _register_query(main: click.Group, tell: Callable[[str], str], lang: _Option) -> None:
    @main.command("query", help=tell("help-query"))
    @click.argument("words", metavar="[QUERY|NAME] [DIR|STORE]...", nargs=-1)
    @click.option("-f", "--file", "file", metavar="FILE", type=path, help=tell("help-query-file"))
    @click.option("--endpoint", metavar="URL", help=tell("help-endpoint"))
    @click.option("--format", "form", type=click.Choice(FORMATS), help=tell("help-query-format"))
    @click.option("-o", "--output", metavar="FILE", type=path, help=tell("help-query-output"))
    @click.option("--chart", metavar="FILE.svg", type=path, help=tell("help-query-chart"))
    @click.option("--timeout", metavar="SECONDS", default="60", callback=seconds,
                  help=tell("help-query-timeout"))  # fmt: skip
    @click.option("--county", metavar="CODE", help=tell("help-county"))
    @click.option("--year", metavar="YEAR", help=tell("help-year"))
    @click.option("--remit", metavar="CODE", help=tell("help-remit"))
    @click.option("--item", metavar="CODE", help=tell("help-item"))
    @click.option("--word", metavar="TEXT", help=tell("help-word"))
    @lang
    def query(
        words: tuple[str, ...],
        file: Path | None,
        endpoint: str | None,
        timeout: float,
        lang: str,
        **options: Any,
    ) -> None:
        """Ask packages, a store or an endpoint."""
        from yusuan.querying import question

        given = {name: options[name] for name in PARAMETERS if options[name] is not None}
        if not words and file is None:
            if given or endpoint is not None:
                raise UsageError("yusuan query", say("query-none"), say("query-none-advice"))
            click.echo(_listed(lang), nl=False)
            return
        asked, places = ("", words) if file is not None else (words[0], words[1:])
        canned = question(asked) if file is None else None
        if canned is None and given:
            raise UsageError(f"--{next(iter(given))}", say("query-narrowed"),
                             say("query-narrowed-advice"))  # fmt: skip
        if endpoint is not None and places:
            raise UsageError("--endpoint", say("endpoint-beside"), say("endpoint-beside-advice"))
        form = _form(options["form"], options["output"])
        target = _svg(options["chart"])
        text = asked if file is None else _read(file)
        if canned is None and file is None and not any(sign in asked for sign in "{<?: "):
            raise UsageError(asked, say("no-question"), say("no-question-advice"))
        answer, base = _ask(canned or text, given, endpoint, [Path(one) for one in places], timeout,
                            lang)  # fmt: skip
        chart = None if target is None else _drawn(answer, canned, lang)
        _write(answer, form, base, options["output"], lang)
        if chart is not None and target is not None:
            _save_chart(chart, target, lang)


def _ask(
    asked: Question | str, given: dict[str, str], endpoint: str | None, places: list[Path],
    timeout: float, lang: str,
) -> tuple[Answer, str]:  # fmt: skip
    from yusuan import querying

    def text(base: str) -> str:
        return asked if isinstance(asked, str) else asked.query(given, base)

    if endpoint is not None:
        return _ask_elsewhere(endpoint, text(querying.own_base()), timeout, lang)
    with announced("loading", lang):
        source = querying.open_sources(places or [_here()])
    with announced("asking", lang):
        answer = querying.ask(source, text(source.base), timeout)
    hints = querying.hints(source, text(source.base), answer)
    if given and isinstance(answer, querying.Rows) and not answer.rows:
        hints = [querying.holding(source)]
    for hint in hints:
        click.echo(hint.text(lang), err=True)
    return answer, source.base


def _ask_elsewhere(url: str, query: str, timeout: float, lang: str) -> tuple[Answer, str]:
    from yusuan import querying

    base = querying.own_base()
    known = querying.prefixes_of(base)
    full = querying.declare(query, known)
    try:
        with announced("asking", lang):
            return querying.ask_endpoint(url, full, timeout), base
    except AnswerError as fault:
        # Each endpoint says in its own way what it can't read; here it is said in ours.
        wrong = querying.misread(query, known) if fault.reason.key == "endpoint-status" else None
        if wrong is None:
            raise
        raise wrong from fault


def _here() -> Path:
    from yusuan.package import nearest

    return nearest(Path())


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        reason = say("file-unreadable", fault=getattr(fault, "strerror", None) or fault)
        raise UsageError(str(file), reason, say("query-file-advice")) from fault


def _form(form: str | None, output: Path | None) -> str:
    """Return the format: as asked for, else by the name of the file, else a table."""
    if form is None:
        suffix = "" if output is None else output.suffix.lower()
        if suffix not in _SUFFIXES:
            advice = say("format-suffix-advice", known=", ".join(filter(None, _SUFFIXES)))
            raise UsageError(str(output), say("format-suffix", suffix=suffix), advice)
        form = _SUFFIXES[suffix]
    if form in ("xlsx", "parquet") and output is None:
        raise UsageError("--format", say("format-file", form=form), say("format-file-advice"))
    return form


def _svg(chart: Path | None) -> Path | None:
    if chart is not None and chart.suffix.lower() != ".svg":
        raise UsageError(str(chart), say("chart-suffix"), say("chart-suffix-advice"))
    return chart


def _drawn(answer: Answer, canned: Question | None, lang: str) -> Chart:
    from yusuan.querying import draw

    if canned is None:
        return draw(answer, None, None, None, lang)
    if canned.drawing is None:
        raise UsageError("--chart", say("chart-none", question=canned.name),
                         say("chart-none-advice"))  # fmt: skip
    return draw(answer, canned.drawing, canned.titles[lang], canned.descriptions[lang], lang)


def _save_chart(chart: Chart, target: Path, lang: str) -> None:
    from yusuan.package import save

    save([chart.svg], target)
    for note in (*chart.notes, say("chart-done", target=target)):
        click.echo(note.text(lang), err=True)


def _write(answer: Answer, form: str, base: str, output: Path | None, lang: str) -> None:
    from yusuan.package import save
    from yusuan.querying import render

    content = render(answer, form, base, lang)
    if output is not None:
        save([content], output)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def _listed(lang: str) -> str:
    from yusuan.layout import hung, padded
    from yusuan.querying import questions

    lines = [say("questions-head").text(lang), ""]
    for one in questions():
        drawn = ("chart",) if one.drawing is not None else ()
        options = " ".join(f"--{name}" for name in (*one.parameters, *drawn))
        lines.append(hung(padded(one.name, 5), one.titles[lang]))
        lines.append(hung(" " * 5, one.descriptions[lang]))
        lines += [f"     {options}", ""]
    return "\n".join([*lines, say("questions-foot").text(lang)]) + "\n"


def _register_store(main: click.Group, tell: Callable[[str], str], lang: _Option) -> None:
    own = main.command_class or click.Command
    # A group that speaks the user's language, as the commands of the program do.
    bases = (click.Group,) if own is click.Command else (own, click.Group)
    speaking = type("Commands", bases, {"command_class": own})

    @main.group("store", cls=speaking, help=tell("help-store"))
    def store() -> None:
        """Keep the triples of many packages on disk."""

    @store.command("add", help=tell("help-store-add"))
    @click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=path)
    @click.option("--to", "target", metavar="STORE", required=True, type=path,
                  help=tell("help-store-to"))  # fmt: skip
    @lang
    def add(folders: tuple[Path, ...], target: Path, lang: str) -> None:
        """Put the documents of packages into a store."""
        from yusuan.querying import storing

        with _progress(lang) as told:
            added = storing.add(folders, target, told)
        click.echo(say("store-added", count=len(added), target=target).text(lang))

    @store.command("list", help=tell("help-store-list"))
    @click.argument("target", metavar="STORE", type=path)
    @click.option("--json", "as_json", is_flag=True, help=tell("help-json"))
    @lang
    def show(target: Path, as_json: bool, lang: str) -> None:  # noqa: FBT001 - as click calls it
        """Show the documents of a store."""
        from dataclasses import asdict

        from yusuan.package import as_json as written
        from yusuan.querying import storing

        found = storing.standing(target)
        if as_json:
            content = {"store": str(target), "documents": [asdict(one) for one in found]}
            click.echo(written(content).decode("utf-8"), nl=False)
            return
        for one in found:
            key = "store-document" if one.current else "store-document-old"
            click.echo(say(key, document=one.identifier, title=one.title,
                           triples=one.triples).text(lang))  # fmt: skip

    @store.command("remove", help=tell("help-store-remove"))
    @click.argument("documents", metavar="DOCUMENT_ID...", nargs=-1, required=True)
    @click.option("--from", "target", metavar="STORE", required=True, type=path,
                  help=tell("help-store-from"))  # fmt: skip
    @lang
    def remove(documents: tuple[str, ...], target: Path, lang: str) -> None:
        """Take documents out of a store."""
        from yusuan.querying import storing

        storing.remove(documents, target)
        click.echo(say("store-removed", count=len(documents), target=target).text(lang))

    @store.command("check", help=tell("help-store-check"))
    @click.argument("target", metavar="STORE", type=path)
    @click.argument("folders", metavar="[DIR]...", nargs=-1, type=path)
    @lang
    def check(target: Path, folders: tuple[Path, ...], lang: str) -> int:
        """Hold a store against packages, and against itself."""
        from yusuan.querying import storing

        with _progress(lang) as told:
            faults = storing.compare(target, folders, told)
        for one in faults:
            click.echo(one.text(lang))
        if not faults:
            click.echo(say("store-sound", target=target).text(lang))
        return 4 if faults else 0


@contextmanager
def _progress(lang: str) -> Iterator[Callable[[int, int], None]]:
    """Give what tells on the terminal how far long work has come, a few times a second."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from time import monotonic

    width, due = 0, monotonic() + _PATIENCE

    def tell(done: int, whole: int) -> None:
        nonlocal width, due
        if monotonic() >= due:
            line = say("progress-documents", done=done, whole=whole).text(lang)
            click.echo("\r" + line.ljust(width), nl=False, err=True)
            width, due = len(line), monotonic() + _PAUSE

    try:
        yield tell
    finally:
        if width:
            click.echo("\r" + " " * (2 * width) + "\r", nl=False, err=True)


def _register_stack(main: click.Group, tell: Callable[[str], str], lang: _Option) -> None:
    @main.command("stack", help=tell("help-stack"))
    @click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=path)
    @click.option("-o", "--output", metavar="OUT", required=True, type=path,
                  help=tell("help-stack-output"))  # fmt: skip
    @lang
    def stack(folders: tuple[Path, ...], output: Path, lang: str) -> None:
        """Put the tables of many packages into one."""
        from yusuan.stacking import stack as make

        made = make(folders, output)
        for note in made.notes:
            click.echo(note.text(lang))
        click.echo(
            say("stack-done", count=made.documents, rows=made.rows, target=output).text(lang)
        )
