"""The river from a document to its package: read, mask, interpret, write.

It prints nothing; see `cli` and `report`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from yusuan import checking, graph, package, sidecar
from yusuan.deriving import derive
from yusuan.errors import UsageError
from yusuan.findings import Finding
from yusuan.interpreting import interpret
from yusuan.messages import Message, say
from yusuan.package.shipped import field
from yusuan.privacy import mask
from yusuan.reading import read


@dataclass(frozen=True, slots=True)
class Options:
    """What `yusuan build` was asked for.

    Attributes:
        output: The folder of the package; of the packages, where there are several documents.
        several: Whether there are several documents.
        check: Compare with what stands there and write nothing.
        sidecar: The sidecar to read instead of the one beside the document.
        memory: Bytes that reading may take.
        timeout: Seconds that reading may take.
        keep_reason: Why personal data is kept; None masks it.
        base: Base IRI; None for that of the package that stands there, or of the template.
        facts_only: Whether to leave out the text of the document; None for what the package that
            stands there does.
    """

    output: Path | None
    several: bool
    check: bool
    sidecar: Path | None
    memory: int
    timeout: float
    keep_reason: str | None
    base: str | None
    facts_only: bool | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """One document and the package that was made of it.

    Attributes:
        document: The file, as the command names it.
        target: The folder of the package.
        origin: What the package is made from.
        findings: What the rules find in it.
        differences: How the package that stands there differs; empty unless asked to compare.
        compared: True where nothing was written.
    """

    document: Path
    target: Path
    origin: package.Origin
    findings: tuple[Finding, ...] = ()
    differences: tuple[Message, ...] = ()
    compared: bool = False


def build_one(document: Path, options: Options, taken: dict[Path, Path]) -> Built:
    """Build the package of one document, or compare it with the one that stands there.

    Args:
        document: The file.
        options: What was asked for.
        taken: Folder → document of the packages of this run; the new one is noted in it.

    Raises:
        YusuanError: As its parts raise it; nothing is half-written then.
    """
    origin = _origin(document, options)
    target = _target(document, origin.interpretation.document_id, options)
    if target in taken:
        reason = say("target-twice", first=taken[target], target=target)
        raise UsageError(str(document), reason, say("target-twice-advice"))
    taken[target] = document
    if origin.base is None:
        origin = replace(origin, base=package.standing_base(target))
    wanted = options.facts_only
    if package.standing_facts_only(target) if wanted is None else wanted:
        origin = _without_text(origin)
    findings: list[Finding] = []
    files = package.contents(origin, lambda draft: derived(draft, findings))
    built = Built(document, target, origin, tuple(findings))
    if options.check:
        differences = tuple(package.differences(files, target))
        return replace(built, differences=differences, compared=True)
    package.write(files, target)
    return built


def derived(draft: package.Package, findings: list[Finding]) -> dict[str, bytes]:
    """Return the findings of a package and what follows from all its tables: path → bytes.

    Args:
        draft: The package without its findings.
        findings: Where they are put.
    """
    found, _ = checking.rule_findings(draft, graph.data_lines(draft))
    findings += found
    whole = draft.with_rows("findings", checking.finding_rows(found))
    path = whole.path("findings")
    files = {package.FILE_OF[name].path: content for name, content in derive(whole).items()}
    return {path: whole.content(path)} | files


def refresh(directory: Path) -> list[str]:
    """Make anew what follows from the tables of a package, whoever made or changed them.

    Returns:
        The paths of the files that were written because they differ from what stood there.

    Raises:
        PackageError: A table can't be read, or the disk is full; nothing is half-written then.
    """
    standing = package.read(directory)
    files = {one["path"]: standing.content(one["path"]) for one in standing.descriptor["resources"]}
    files |= derived(standing, [])
    descriptor = package.resealed(standing.descriptor, package.seals_of(files))
    files[package.DESCRIPTOR] = package.as_json(descriptor)
    changed = [path for path, content in files.items() if not _stands(directory / path, content)]
    package.write(files, directory)
    return changed


def _stands(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _origin(document: Path, options: Options) -> package.Origin:
    doc_types = field("documents", "doc_type")["constraints"]["enum"]
    beside = sidecar.beside(document) if options.sidecar is None else options.sidecar
    stated = sidecar.read(beside, doc_types)
    source = read(document, memory=options.memory, seconds=options.timeout)
    kept, masked = mask(source.document, keep=options.keep_reason is not None)
    source = replace(source, document=kept)
    interpretation = interpret(source, stated)
    return package.Origin(interpretation, source, stated, masked, options.keep_reason, options.base)


def _without_text(origin: package.Origin) -> package.Origin:
    rows = package.without_prose(origin.interpretation.rows)
    interpretation = replace(origin.interpretation, rows=rows)
    return replace(origin, interpretation=interpretation, facts_only=True)


def _target(document: Path, document_id: str, options: Options) -> Path:
    """Return the folder of a package: the one asked for, the document's own, or a new one."""
    if options.output is not None:
        return (options.output / document_id if options.several else options.output).resolve()
    own = package.above(document.parent)
    if own is not None and package.standing_document(own) in (None, document_id):
        return own
    return Path(document_id).resolve()
