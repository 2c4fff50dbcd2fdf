"""The repository as a stranger finds it: what it names, what it promises, how it is kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.source_tree

# What a reader elsewhere can't reach or doesn't have. One letter of each stands in brackets, so
# that this list does not find itself.
ALIEN = {
    "a path of one machine": r"(?<![\w.:/-])/([w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+|[t]mp/venv)\b",
    "a package registry": r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)|[r]epo1?\.maven",
    "a numbered issue": r"\b[i]ssues? ?#?\d|\([#]\d+\)",
}
# A neighbour of the repository, which only the build machine's script may look for.
NEIGHBOUR = r"\.\./[s]hared"
NEIGHBOUR_FROM = ".ci/run"

# A room in which a reader still finds everything; beyond it, make two.
LONGEST = 450


@pytest.fixture(scope="module")
def tree(root) -> dict[str, Path]:
    """Every file that git keeps or would keep, by its path from the root."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project can't be told")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode("utf-8")
    paths = {name: root / name for name in listed.split("\0") if name}
    return {name: path for name, path in paths.items() if path.is_file()}


@pytest.fixture(scope="module")
def texts(tree) -> dict[str, str]:
    """Every file of the project that is text, but the source documents, which speak for others."""
    found = {}
    for name, path in tree.items():
        if name.startswith(("resources/", "tests/documents/")):
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    return found


@pytest.mark.parametrize("what", ALIEN)
def test_no_file_names_what_a_stranger_does_not_have(texts, what):
    named = {
        f"{name}: {match[0]}"
        for name, text in texts.items()
        for match in re.finditer(ALIEN[what], text)
    }
    assert not named, f"{what}: {sorted(named)}"


def test_only_the_build_script_looks_beside_the_repository(texts):
    named = {name for name, text in texts.items() if re.search(NEIGHBOUR, text)}
    assert named <= {NEIGHBOUR_FROM}


def test_no_module_is_longer_than_a_reader_can_hold(texts):
    lengths = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_text_ends_its_lines_as_unix_does(texts):
    assert [name for name, text in texts.items() if "\r" in text] == []


def test_what_the_machine_runs_is_executable(tree):
    scripts = {name for name in tree if name.startswith(".ci/")}
    assert ".ci/run" in scripts
    assert {name for name in scripts if not tree[name].stat().st_mode & 0o100} == set()


def test_the_version_stands_once(root, texts):
    version = json.loads((root / "datapackage.json").read_text("utf-8"))["version"]
    project = tomllib.loads(texts["pyproject.toml"])
    hatch = project["tool"]["hatch"]["version"]
    found = re.findall(hatch["pattern"], (root / hatch["path"]).read_text("utf-8"), re.MULTILINE)
    assert found == [version]
    assert "version" in project["project"]["dynamic"]


def test_the_changelog_tells_of_this_version_to_both_readers(root, texts):
    version = json.loads((root / "datapackage.json").read_text("utf-8"))["version"]
    entries = re.split(r"(?m)^## ", texts["CHANGELOG.md"])[1:]
    latest = next(entry for entry in entries if entry.startswith(version))
    assert re.findall(r"(?m)^### (.+)$", latest) == ["数据 · Data", "程序 · Program"]


def test_the_contributing_guide_draws_every_floor(texts):
    guide = texts["CONTRIBUTING.md"]
    rooms = {
        name.split("/")[2].removesuffix(".py")
        for name in texts
        if name.startswith("scripts/yusuan/") and name.endswith(".py")
    } - {"__init__", "__main__"}
    assert {one for one in rooms if not re.search(rf"\b{one}\b", guide)} == set()


# ---------------------------------------------------------------- what the README promises


def command(readme: str, name: str) -> str:
    """Return the command that stands in the README under the marker of this name."""
    marker = re.escape(f"<!-- command: {name} -->")
    found = re.findall(rf"(?m)^{marker}\n\n?```(?:sh|bash)\n(.+?)\n```$", readme, re.DOTALL)
    assert len(found) == 1, f"README.md has {len(found)} commands marked {name}"
    return found[0]


@pytest.mark.parametrize("name", ["build", "test"])
def test_the_readme_gives_one_command_for_each_promise(root, texts, name):
    extracted = subprocess.run(
        [root / ".ci" / "readme", name], check=True, capture_output=True, timeout=60
    ).stdout.decode("utf-8")
    assert extracted == command(texts["README.md"], name) + "\n"
    assert "\n" not in extracted.strip(), "one command is one line"


def test_the_readme_builds_the_package_from_a_document_that_is_here(tree, texts):
    steps = [step.split() for step in command(texts["README.md"], "build").split(" && ")]
    (built,) = [words for words in steps if words[1:2] == ["build"]]
    documents = [word for word in built[2:] if not word.startswith("-")]
    assert documents
    assert set(documents) <= tree.keys()
