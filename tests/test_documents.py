"""The documents: what code cites is there, links lead somewhere, and no list lags behind."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FOLDERS = ("labeling", "mlassist", "annotator_ui", "static", "templates", "tests", "benchmarks")
ENDINGS = {".py", ".js", ".mjs", ".css", ".html", ".json"}
ROOT_FILES = ("Makefile", "pyproject.toml", "requirements.txt", "manage.py")

NUMBER = r"\d+(?:\.\d+)*"
# a section, or several: "docs/algorithms.md 4 and 7", "docs/architecture.md 6.2, 7.1"
CITATION = re.compile(rf"docs/(\w+\.md) ({NUMBER}(?:(?:, | and | to ){NUMBER})*)")
PAGE = re.compile(r"[\w./-]*\b\w+\.md\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.M)
READERS = re.compile(r"\b(?:text|flag|number|secret|choice)\(\s*\"([A-Z_]+)\"")


@cache
def prose(path: Path) -> str:
    """A document without its blocks of code, where a # begins a comment."""
    kept, fenced = [], False
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            kept.append(line)
    return "\n".join(kept)


def headings(path: Path) -> list[str]:
    """The headings of a document."""
    return HEADING.findall(prose(path))


def numbers(path: Path) -> set[str]:
    """The numbers that the headings of a document begin with."""
    found = (re.match(rf"({NUMBER})\.? ", heading) for heading in headings(path))
    return {match[1] for match in found if match}


def anchors(path: Path) -> set[str]:
    """What can stand behind # in a link to the document, as GitHub makes it of headings."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(path))
    return {word.replace(" ", "-") for word in words}


def sources() -> Iterator[Path]:
    """Everything but the documents in which somebody may cite one; this file gives examples."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in ENDINGS and path != Path(__file__).resolve():
                yield path
    yield from (ROOT / name for name in ROOT_FILES)


def one_line(text: str) -> str:
    """Comments and docstrings break their lines anywhere."""
    return re.sub(r"\s*\n[\s#*/]*", " ", text)


def citations() -> list[tuple[str, str, str]]:
    """Where a section of a document is cited, the document, and the section's number."""
    found = []
    for path in sources():
        for page, sections in CITATION.findall(one_line(path.read_text())):
            name = str(path.relative_to(ROOT))
            found += [(name, page, number) for number in re.findall(NUMBER, sections)]
    return found


def test_every_cited_section_is_there():
    found = citations()
    assert len(found) > 40  # else nothing was looked at
    known = {path.name: numbers(path) for path in ROOT.glob("docs/*.md")}
    wrong = [one for one in found if one[2] not in known.get(one[1], set())]
    assert not wrong


def test_code_names_only_documents_of_the_repository():
    wrong = []
    for path in sources():
        for name in PAGE.findall(path.read_text()):
            if not (ROOT / name).is_file():
                wrong.append((str(path.relative_to(ROOT)), name))
    assert not wrong


def test_decisions_are_cited_by_the_section_that_has_them():
    """A bare number of a decision or a guarantee means something in a document elsewhere only."""
    bare = re.compile(r"\b[Dd]ecision \d+|\(P\d+\)|\.md P\d+")
    wrong = [str(path) for path in sources() if bare.search(one_line(path.read_text()))]
    assert not wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    for target in LINK.findall(prose(path)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = path if not name else (path.parent / name).resolve()
        assert file.is_file(), target
        if anchor:
            assert anchor in anchors(file), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_sections_are_numbered_once_and_in_order(path):
    found = [re.match(rf"({NUMBER})\.? ", heading) for heading in headings(path)]
    order = [tuple(map(int, match[1].split("."))) for match in found if match]
    assert order == sorted(set(order))


def test_the_readme_stays_short():
    assert (ROOT / "README.md").read_text().count("\n") < 100


def test_every_document_is_linked_from_the_readme():
    linked = set(LINK.findall(prose(ROOT / "README.md")))
    named = {target.partition("#")[0] for target in linked}
    assert {f"docs/{path.name}" for path in ROOT.glob("docs/*.md")} <= named


def variables() -> set[str]:
    """Names that the settings read from the environment."""
    return set(READERS.findall((ROOT / "labeling/settings.py").read_text()))


def test_operations_lists_exactly_the_variables_that_are_read():
    table = re.findall(r"^\| `([A-Z_]+)` \|", prose(ROOT / "docs/operations.md"), re.M)
    assert len(variables()) > 15  # else nothing was looked at
    assert sorted(table) == sorted(variables())


def test_operations_names_what_is_read_outside_the_settings():
    read = re.compile(r"os\.environ(?:\.get|\.setdefault)?[\[(]\"([A-Z_]+)\"")
    # of Django and of torchrun, which set them
    foreign = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "RANK", "LOCAL_RANK", "WORLD_SIZE"}
    found = set()
    for path in sources():
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] not in ("tests", "benchmarks"):
            found |= set(read.findall(path.read_text()))
    assert "LABELING_FAULT" in found
    words = prose(ROOT / "docs/operations.md")
    assert not [name for name in found - foreign if f"`{name}`" not in words]


def entries(node: dict, path: str = "") -> Iterator[str]:
    """Every entry of a JSON schema, as a path with [] for each element of a list."""
    for name, part in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here
        yield from entries(part, here)
    if isinstance(node.get("items"), dict):
        yield from entries(node["items"], f"{path}[]")


def test_every_entry_of_the_certificate_is_explained():
    (schema,) = (ROOT / "labeling").rglob("certificate.schema.json")
    document = json.loads(schema.read_text())
    wanted = [*entries(document)]
    assert len(wanted) > 50  # else nothing was looked at
    words = prose(ROOT / "docs/certificate.md")
    told = re.findall(r"^\| `([^`]+)` \|", words, re.M)
    assert sorted(told) == sorted(wanted)
    box = document["$defs"]["box"]["properties"]
    assert not [name for name in box if f"`{name}`" not in words]


def test_the_data_model_lists_every_model():
    text = prose(ROOT / "docs/architecture.md")
    table = re.findall(r"^\| `([A-Z]\w+)` \|", text, re.M)
    models = {m.__name__ for app in ("labeling", "mlassist") for m in of_app(app)}
    assert len(models) > 15  # else nothing was looked at
    assert len(table) == len(set(table))
    assert set(table) == models


def of_app(label: str) -> list[type]:
    """The models of an app, without those that Django makes for relations."""
    return [*apps.get_app_config(label).get_models()]
