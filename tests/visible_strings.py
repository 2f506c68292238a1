"""Gathers every string that people may read: python -m tests.visible_strings, or make strings."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.test_js import node

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "strings.txt"
HEAD = (
    "What people may read, by file, to be read in one go. Made by `make strings`; {…} is a value.\n"
)
READ = ("title", "alt", "aria-label", "placeholder")
# not of pages: set-up of the server, simulated people, what only terminals show
ELSEWHERE = ("migrations", "management", "simulation", "settings.py", "environment.py", "checks.py")
LANGUAGE = re.compile(r"[A-Za-z]{2,}.*\s|\s.*[A-Za-z]{2,}|^[A-Z][a-z]+\b")
# types, headers of answers, what databases say, parts of a file's format
SILENT = re.compile(r"^[\w.]+\[.*\]|^(Any|Cc|Cs|Item|Made|Lease|Accept|Allow|Session|Range)$|^<")
SILENT_FILES = ("connections.py", "static.py", "exports.py", "faults.py", "media.py", "failures.py")


class Page(HTMLParser):
    """The words of a template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that are shown or read aloud."""
        given = dict(attrs)
        names = [*READ, *(("value",) if given.get("type") == "submit" else ())]
        self.found += [value for name in names if (value := given.get(name))]

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self.found.append(" ".join(data.split()))


def of_template(path: Path) -> list[str]:
    """Text and spoken attributes; what the template puts in is {…}."""
    text = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text())
    page = Page()
    page.feed(re.sub(r"{{.*?}}", "{…}", text))
    return [s for s in page.found if re.search(r"[A-Za-z]{2}", s.replace("{…}", ""))]


def of_module(path: Path) -> list[str]:
    """Literals that look like language; docstrings and log lines aside."""
    return list(_literals(ast.parse(path.read_text())))


def _literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.")):
        return
    text = _text(node)
    if text is not None:
        if LANGUAGE.search(text) and not SILENT.search(text):
            yield " ".join(text.split())
        return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _literals(child)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        parts = [v.value if isinstance(v, ast.Constant) else "{…}" for v in node.values]
        return "".join(map(str, parts))
    return None


def of_scripts(paths: list[Path]) -> dict[str, list[str]]:
    """Of all JavaScript files at once."""
    names = [str(path.relative_to(ROOT)) for path in paths]
    told = subprocess.run(
        [node(), "tests/visible_strings.mjs", *names], cwd=ROOT, capture_output=True, check=True
    )
    found: dict[str, list[str]] = json.loads(told.stdout)
    return found


def of_forms() -> Iterator[tuple[str, list[str]]]:
    """Names and choices of the fields in the admin, some of which Django makes of their own."""
    from django.contrib import admin

    for model in sorted(admin.site._registry, key=lambda m: m.__name__):
        if model._meta.app_label in ("labeling", "mlassist"):
            fields = model._meta.get_fields()
            names = [str(f.verbose_name) for f in fields if hasattr(f, "verbose_name")]
            kinds = [str(label) for f in fields for _, label in getattr(f, "choices", None) or ()]
            yield f"fields of {model.__name__}", names + kinds


def listed() -> str:
    """The whole list."""
    texts: dict[str, list[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        texts[str(path.relative_to(ROOT))] = of_template(path)
    texts |= of_scripts(sorted((ROOT / "static").rglob("*.js")))
    for app in ("labeling", "mlassist", "annotator_ui"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if not set(path.parts) & {*ELSEWHERE, *SILENT_FILES}:
                texts[str(path.relative_to(ROOT))] = of_module(path)
    texts |= dict(of_forms())
    parts = [
        "\n".join([f"\n## {name}", *dict.fromkeys(lines)]) for name, lines in texts.items() if lines
    ]
    return HEAD + "\n".join(parts) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
    import django

    django.setup()
    LIST.write_text(listed())
    sys.stdout.write(f"{LIST.relative_to(ROOT)} is up to date.\n")
