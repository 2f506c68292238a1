"""The house rules that a machine can check: who imports whom, size and purpose of files."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["labeling", "mlassist", "annotator_ui"]  # each may import those to its left
LAYERS = ["core", "models", "services", "edges"]
TORCH_FILES = {
    "mlassist/core/adopting.py", "mlassist/core/augment.py", "mlassist/core/backbones.py",
    "mlassist/core/beginning.py", "mlassist/core/data.py", "mlassist/core/detector.py",
    "mlassist/core/durable.py",
    "mlassist/core/team.py", "mlassist/core/together.py", "mlassist/core/training.py",
    "mlassist/core/weights.py",
}  # fmt: skip
TORCH_FOLDER = "mlassist/core/designs/"  # but its registry, which lists names for forms
COMPOSITION = {"labeling/asgi.py", "labeling/urls.py", "labeling/settings.py"}
LONGEST = 320


def modules() -> list[Path]:
    """Every module of the product, migrations aside."""
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def imports(path: Path) -> list[tuple[str, bool]]:
    """Modules that a file imports, and whether at its top level."""
    tree = ast.parse(path.read_text())
    found = []
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            found += [(alias.name, top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(f"{node.module}.{alias.name}", top) for alias in node.names]
    return found


def layer(module: str) -> int:
    """Where a dotted module of ours stands: 0 pure, 1 state, 2 use-cases, 3 edges."""
    parts = module.split(".")
    kind = parts[1] if len(parts) > 1 else ""
    if kind in ("core", "errors", "pictures", "faults"):
        return 0
    if kind == "models":
        return 1
    if kind in (
        "services",
        "steps",
        "accepting",
        "suggestions",
        "files",
        "calibrating",
        "proposing",
        "comparing",
        "rating",
        "folding",
        "lessons",
        "reusing",
        "reading",
        "ranking",
        "starting",
        "engine",
    ):
        return 2
    return 3


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_imports_point_down_and_to_the_left():
    wrong = []
    for path in modules():
        mine = dotted(path)
        app = APPS.index(mine.split(".")[0])
        for module, top in imports(path):
            if module.split(".")[0] not in APPS or str(path.relative_to(ROOT)) in COMPOSITION:
                continue
            theirs = APPS.index(module.split(".")[0])
            if theirs > app or (theirs == app and top and layer(module) > layer(mine)):
                wrong.append(f"{mine} imports {module}")
    assert wrong == []


def test_cores_are_pure_and_torch_stays_in_its_files():
    wrong = []
    slow = {"sklearn", "scipy.optimize", "scipy.stats"}  # to load, and few processes need them
    for path in modules():
        name = str(path.relative_to(ROOT))
        roots = {module.split(".")[0] for module, _ in imports(path)}
        unwanted: set[str] = set()
        if "/core/" in name:
            unwanted |= roots & {"django", "rest_framework", "channels"}
        design = name.startswith(TORCH_FOLDER) and path.name != "__init__.py"
        if name not in TORCH_FILES and not design:
            unwanted |= roots & {"torch", "torchvision", "safetensors"}
        at_start = {module for module, top in imports(path) if top}
        unwanted |= {m for m in at_start if m in slow or m.split(".")[0] in slow}
        wrong += [f"{name} imports {module}" for module in sorted(unwanted)]
    assert wrong == []


def test_every_module_says_what_it_is_for_and_stays_readable():
    wrong = []
    for path in modules():
        text = path.read_text()
        if not text.strip():
            continue  # packages of commands and migrations
        if not ast.get_docstring(ast.parse(text)):
            wrong.append(f"{path.relative_to(ROOT)}: opens with one sentence of purpose")
        if text.count("\n") > LONGEST:
            wrong.append(f"{path.relative_to(ROOT)}: more than {LONGEST} lines")
    assert wrong == []


def test_services_import_each_other_in_one_direction():
    """No circle, imports inside functions included."""
    graph = {
        dotted(path): {m for m, _ in imports(path) if m.startswith("labeling.services.")}
        for path in modules()
        if path.parent.name == "services"
    }
    names = set(graph)
    below: dict[str, set[str]] = {
        name: {".".join(m.split(".")[:3]) for m in found} & names for name, found in graph.items()
    }
    while below:
        free = [name for name, needs in below.items() if not needs & set(below)]
        assert free, f"a circle among {sorted(below)}"
        for name in free:
            del below[name]


def test_only_services_and_their_like_write():
    """`.save(`, `.create(` and their kin appear in use-cases, not at the edges."""
    writers = ("objects.create(", "bulk_create(", ".bulk_update(", ".update(state", ".delete()")
    allowed = {"labeling/admin/jobs.py", "labeling/management/commands/simulate.py"}
    for path in modules():
        name = str(path.relative_to(ROOT))
        if layer(dotted(path)) == 3 and name not in allowed:
            text = path.read_text()
            assert not any(word in text for word in writers), name


def test_the_web_process_never_loads_torch():
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'labeling.settings'\n"
        "import labeling.asgi, sys\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'torchvision', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_every_process_uses_a_safe_sqlite():
    import sqlite3

    from labeling.checks import sqlite_is_safe

    assert sqlite_is_safe(sqlite3.sqlite_version_info)
    for entry in ("manage", "labeling.asgi", "labeling.management.commands.worker"):
        code = (
            "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'labeling.settings'\n"
            f"import labeling, django; django.setup(); import {entry}, sqlite3\n"
            "print(sqlite3.sqlite_version)"
        )
        answer = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert sqlite_is_safe(tuple(map(int, answer.stdout.strip().split("."))))


def test_known_bad_sqlite_versions_are_refused():
    from labeling.checks import sqlite_is_safe

    bad = [(3, 40, 1), (3, 44, 5), (3, 49, 9), (3, 50, 6), (3, 51, 2)]
    good = [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 4)]
    assert not any(map(sqlite_is_safe, bad))
    assert all(map(sqlite_is_safe, good))
