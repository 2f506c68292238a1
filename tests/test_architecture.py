"""The house rules that a machine can check: who imports whom, who writes, size and purpose."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["labeling", "mlassist", "annotator_ui"]  # each may import those to its left
# Each room may import those before it, wherever the import stands. The state and the kernel are
# one floor: a model needs the kinds of guarantees, an event is a row.
ROOMS = {
    "labeling": [
        ("kernel", "models"),
        ("ledger",),
        ("webhooks",),
        ("consolidation",),
        ("assignments",),
        ("certification",),
        ("review",),
        ("jobs",),
        ("rounds",),
        ("transfers",),
        ("reports",),
        ("simulation",),
        ("admin",),
        ("server",),
        ("management",),
    ],
    "mlassist": [
        ("models",),
        ("data",),
        ("detectors",),
        ("training",),
        ("prediction",),
        ("calibration",),
        ("selection",),
        ("acceptance",),
    ],
    "annotator_ui": [],
}
PURE = {"mlassist/data", "mlassist/detectors"}  # and every folder named core
COMPOSITION = {"labeling/asgi.py", "labeling/urls.py", "labeling/settings.py"}
TORCH = {
    "mlassist/data",
    "mlassist/detectors",
    "mlassist/training/core",
    "mlassist/prediction/core",
}
NO_TORCH = {  # of these, what forms and the web process read
    "mlassist/data/folds.py",
    "mlassist/data/heartbeat.py",
    "mlassist/detectors/choice.py",
    "mlassist/detectors/designs/__init__.py",
    "mlassist/detectors/sizes.py",
    "mlassist/training/core/recipe.py",
    "mlassist/prediction/core/annotation_time.py",
}
READERS = ("labeling/reports", "labeling/admin", "labeling/server", "annotator_ui")
WRITES = {"save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
OF_QUERIES = {"update", "delete"}  # dictionaries and files have these, too
QUERIES = {"objects", "filter", "exclude", "all"}
LONGEST = 320


def modules() -> list[Path]:
    """Every module of the product, migrations aside."""
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


MODULES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in modules()}


def dotted(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imports(tree: ast.Module, *, for_types: bool = True) -> Iterator[tuple[str, bool]]:
    """Names that a module imports, and whether at its top level; without `for_types` those alone
    that are loaded when it runs."""
    unloaded = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for part in node.body
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if node in unloaded and not for_types:
            continue
        top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", top) for alias in node.names)


def floor(module: str) -> int | None:
    """The place of its room; None for what stands above all rooms."""
    app, room, *_ = [*module.split("."), ""]
    for place, rooms in enumerate(ROOMS[app]):
        if room in rooms:
            return place
    return None


def test_every_folder_is_a_room():
    for app, floors in ROOMS.items():
        folders = {path.parent.name for path in (ROOT / app).glob("*/__init__.py")}
        known = {room for rooms in floors for room in rooms} | {"migrations"}
        assert folders - known <= {"api", "templatetags"}, app


def test_imports_point_to_earlier_apps_and_rooms():
    for name, tree in MODULES.items():
        mine = dotted(name)
        app = mine.split(".")[0]
        for module, _ in imports(tree):
            their_app = module.split(".")[0]
            if their_app not in APPS or name in COMPOSITION:
                continue
            assert APPS.index(their_app) <= APPS.index(app), f"{mine} imports {module}"
            if their_app != app or floor(mine) is None:
                continue
            theirs = floor(module)
            if theirs is None:  # the server starts what the composition names
                assert module.startswith(("labeling.asgi", "labeling.environment")), (mine, module)
            else:
                assert theirs <= floor(mine), f"{mine} imports {module}"


def test_no_module_imports_itself_by_way_of_others():
    """Imports inside functions included: a circle is one wherever it is closed."""
    names = {dotted(name) for name in MODULES}

    def module_of(found: str) -> str | None:
        return found if found in names else found.rsplit(".", 1)[0]

    below = {
        dotted(name): {module_of(m) for m, _ in imports(tree)} & names - {dotted(name)}
        for name, tree in MODULES.items()
        if name not in COMPOSITION
    }
    while below:
        free = [name for name, needs in below.items() if not needs & set(below)]
        assert free, f"a circle among {sorted(below)}"
        for name in free:
            del below[name]


def test_pure_parts_are_pure_and_torch_stays_in_its_rooms():
    for name, tree in MODULES.items():
        roots = {module.split(".")[0] for module, _ in imports(tree, for_types=False)}
        folder = name.rsplit("/", 1)[0]
        if "/core/" in name or any(name.startswith(f"{pure}/") for pure in PURE):
            assert not roots & {"django", "rest_framework", "channels"}, name
        if not any(folder.startswith(room) for room in TORCH) or name in NO_TORCH:
            assert not roots & {"torch", "torchvision", "safetensors"}, name
        at_start = {module for module, top in imports(tree) if top}
        slow = {"sklearn", "scipy.optimize", "scipy.stats"}  # to load, and few processes need them
        assert not {m for m in at_start if m in slow or m.split(".")[0] in slow}, name


def test_every_module_says_what_it_is_for_and_stays_readable():
    for name, tree in MODULES.items():
        text = (ROOT / name).read_text()
        if text.strip():  # packages of commands are empty
            assert ast.get_docstring(tree), f"{name} opens with one sentence of purpose"
        assert text.count("\n") <= LONGEST, name


def writes(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that change the database; `save` of a module is a writer's own function."""
    imported = {module.rsplit(".", 1)[-1] for module, _ in imports(tree)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, left = node.func.attr, node.func.value
        if isinstance(left, ast.Name) and left.id in imported:
            continue
        path = {n.attr for n in ast.walk(left) if isinstance(n, ast.Attribute)}
        if (name in WRITES and (name == "save" or path & QUERIES or "objects" in path)) or (
            name in OF_QUERIES and path & QUERIES
        ):
            yield node


def test_readers_do_not_write():
    allowed = {"labeling/admin/jobs.py": 2}  # changed rows of Django's own formset
    for name, tree in MODULES.items():
        if name.startswith(READERS):
            found = [ast.unparse(call) for call in writes(tree)]
            assert len(found) <= allowed.get(name, 0), (name, found)


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
