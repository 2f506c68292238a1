"""What is served of our modules: everything but the comments."""

import json
import subprocess

from django.core.files.base import ContentFile

from labeling.static_storage import HashedStatic, without_comments
from tests.test_js import ROOT, node

OWN = sorted((ROOT / "static").rglob("*.js"))


def test_only_comments_are_left_out_of_the_modules() -> None:
    pairs = {}
    for path in OWN:
        source = path.read_text()
        pairs[str(path.relative_to(ROOT))] = [source, without_comments(source)]

    run = subprocess.run(
        [node(), "tests/js/comments.mjs"],
        cwd=ROOT,
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == []


def test_the_comments_of_every_module_are_gone() -> None:
    for path in OWN:
        assert "/**" not in without_comments(path.read_text()).split("\n", 1)[0], path


def test_the_hashed_module_is_whole(tmp_path, settings) -> None:
    settings.STATIC_ROOT = tmp_path
    storage = HashedStatic(location=tmp_path)
    source = "/** Purpose. */\n\nexport const one = 1;\n"
    content = ContentFile(source.encode())
    content.read()  # as the storage does to find its hash

    name = storage._save("annotator/editor.0123456789ab.js", content)

    assert (tmp_path / name).read_text() == "\nexport const one = 1;\n"
