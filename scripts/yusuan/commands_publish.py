"""The commands `publish` and `verify`; the rest of the command line is `cli`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from yusuan.messages import LANGUAGES, say
from yusuan.options import path

if TYPE_CHECKING:
    from yusuan.publishing import Difference, Plan, Receipt, Target

MISMATCH = 6
SHOWN = 20  # steps


def register(main: click.Group, language: str) -> None:
    """Add the commands to the program.

    Args:
        main: The program.
        language: The language of its help texts.
    """

    def tell(key: str) -> str:
        return say(key).text(language)

    as_json = click.option("--json", "as_json", is_flag=True, help=tell("help-json"))
    lang = click.option("--lang", type=click.Choice(LANGUAGES), default=language,
                        show_default=False, help=tell("help-lang"))  # fmt: skip

    state = click.option("--state", metavar="DIR", type=path, help=tell("help-state"))

    @main.command("publish", help=tell("help-publish"))
    @click.argument("words", metavar="[DIR]... [TARGET]", nargs=-1)
    @click.option("--plan", "only_plan", is_flag=True, help=tell("help-publish-plan"))
    @click.option("--url", metavar="URL", help=tell("help-publish-url"))
    @click.option("--overwrite", is_flag=True, help=tell("help-publish-overwrite"))
    @state
    @as_json
    @lang
    def publish_command(**given: Any) -> int:
        from yusuan.publishing.telling import telling

        with telling(given["lang"]), TemporaryDirectory(prefix="yusuan-") as scratch:
            return _publish(scratch=Path(scratch), **given)

    @main.command("verify", help=tell("help-verify"))
    @click.argument("word", metavar="RECEIPT|TARGET")
    @state
    @as_json
    @lang
    def verify_command(word: str, lang: str, **given: Any) -> int:
        from yusuan.publishing.telling import telling

        with telling(lang), TemporaryDirectory(prefix="yusuan-") as scratch:
            return _verify(word, Path(scratch), lang=lang, **given)


def _publish(
    *,
    scratch: Path,
    words: Sequence[str],
    only_plan: bool,
    url: str | None,
    overwrite: bool,
    state: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """Plan, apply and verify."""
    from yusuan.publishing import release, target_of

    folders, address = _parted(words)
    target = target_of(address, scratch, url=url, overwrite=overwrite, state=state)
    plan = target.plan([release(folder) for folder in folders])
    if only_plan or not plan.changes:
        status = "planned" if plan.changes else "unchanged"
        _show(
            _document(status, target, plan), as_json=as_json, text=_told(status, target, plan, lang)
        )
        return 0
    receipt = target.apply(plan)
    found = target.verify(receipt)
    status = "different" if found else "published"
    text = "\n".join([
        _told(status, target, plan, lang),
        *(_difference(one, lang) for one in found),
    ])  # fmt: skip
    document = _document(status, target, plan) | _outcome(target, receipt, found)
    _show(document, as_json=as_json, text=text)
    return MISMATCH if found else 0


def _verify(word: str, scratch: Path, *, state: Path | None, as_json: bool, lang: str) -> int:
    """Tell what has changed at a target since its receipt was written."""
    from yusuan.publishing import read_receipt, target_of

    file = Path(word)
    if file.is_file() and file.suffix == ".json":
        receipt = read_receipt(file)
        target = target_of(_beside(file) or receipt.target, scratch, state=state)
    else:
        target = target_of(word, scratch, state=state)
        receipt = read_receipt(target.receipt_path)
    found = target.verify(receipt)
    status = "different" if found else "same"
    text = "\n".join([
        say(f"verify-{status}", target=target.name, files=len(receipt.files), count=len(found),
            published=receipt.published).text(lang),
        *(_difference(one, lang) for one in found),
    ])  # fmt: skip
    document = {"status": status, "target": target.name, **_outcome(target, receipt, found)}
    _show(document, as_json=as_json, text=text)
    return MISMATCH if found else 0


def _beside(receipt: Path) -> str | None:
    """Return the target that lies beside its receipt; both may have been moved together."""
    archive = receipt.with_name(receipt.name.removesuffix(".receipt.json"))
    if archive != receipt and archive.is_file():
        return f"zip:{archive}"
    return f"file:{quote(str(receipt.parent))}" if receipt.name == "receipt.json" else None


def _parted(words: Sequence[str]) -> tuple[list[Path], str]:
    """Return the packages and the target: the last word, unless it is a package itself."""
    from yusuan.package import DESCRIPTOR, nearest
    from yusuan.publishing import PORTAL_FOLDER

    folders, address = list(words), PORTAL_FOLDER
    if folders and not (Path(folders[-1]) / DESCRIPTOR).is_file():
        address = folders.pop()
    return [Path(one) for one in folders] or [nearest(Path.cwd())], address


def _show(document: dict[str, Any], *, as_json: bool, text: str) -> None:
    from yusuan.report import as_document

    click.echo(as_document(document) if as_json else text)


def _told(status: str, target: Target, plan: Plan, language: str) -> str:
    """Return a publication in words: its steps, what became of it, and what to do next."""
    lines = [
        say("publish-step", action=say(f"publish-{one.action}").text(language), path=one.path,
            bytes=0 if one.coming is None else one.coming.bytes)
        for one in plan.changes[:SHOWN]
    ]  # fmt: skip
    if len(plan.changes) > SHOWN:
        lines.append(say("report-more", count=len(plan.changes) - SHOWN))
    counts = {
        action: sum(one.action == action for one in plan.steps)
        for action in ("create", "update", "unchanged", "delete")
    }
    lines += [
        say(f"publish-{status}", target=target.name, packages=len(plan.releases)),
        say("publish-counts", **counts),
    ]
    if status != "planned":
        lines.append(target.advice())
    return "\n".join(line.text(language) for line in lines)


def _difference(one: Difference, language: str) -> str:
    return f"  {one.message.text(language)}"


def _document(status: str, target: Target, plan: Plan) -> dict[str, Any]:
    """Return a publication as one JSON object; its keys are stable."""
    return {
        "status": status,
        "target": target.name,
        "packages": [{"name": one.name, "place": one.place} for one in plan.releases],
        "steps": [
            {
                "action": one.action,
                "path": one.path,
                "bytes": None if one.coming is None else one.coming.bytes,
                "sha256": None if one.coming is None else one.coming.sha256,
                "standing": one.standing,
            }
            for one in plan.steps
        ],
        "advice": target.advice().both(),
    }


def _outcome(target: Target, receipt: Receipt, found: Sequence[Difference]) -> dict[str, Any]:
    return {
        "receipt": str(target.receipt_path),
        "published": receipt.published,
        "differences": [
            {"kind": one.kind, "path": one.path, "message": one.message.both()} for one in found
        ],
    }
