"""The notebook of the documents runs from its first cell to its last."""

import json
from typing import Any

import matplotlib as mpl
import pytest

from tests.browser.serving import ROOT

NOTEBOOK = json.loads((ROOT / "docs/notebook.ipynb").read_text())
SMALL = {"pilot_size": 4, "validation_size": 16, "training_size": 8, "batch_size": 8}


@pytest.fixture
def slug(backstage) -> str:
    """A job whose detector has seen images that people labelled."""
    members = ["mona/manager", "mona/reviewer", "alice/annotator"]
    alone = {"mode": "independent", "annotators_per_image": 1, "audit_budget": 10, **SMALL}
    made = backstage("job", name="Plots", images=60, members=members, **alone)
    backstage("audits_ready", slug=made, name="alice")
    return str(made)


def test_the_notebook_runs_and_shows_what_it_says(site, slug, monkeypatch, capsys):
    mpl.use("Agg")
    monkeypatch.setenv("BOXWISE_JOB", slug)
    known: dict[str, Any] = {}
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), "docs/notebook.ipynb", "exec"), known)  # noqa: S102
    assert len(known["labels"]) >= 28
    assert known["people"]
    assert known["overlaps"]
    assert all(0 < x <= 1 for x in known["overlaps"])
    assert set(known["sure"]) <= set(known["good"])
    assert len(known["worst"]) == 6
    assert known["good"][known["worst"][0]] == min(known["good"].values())
    assert "labels.json" in capsys.readouterr().out
    known["plt"].close("all")
