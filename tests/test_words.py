"""Words that the field does not use stay out: docs/glossary.md says what is said instead."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# retired word → what is said now
RETIRED = {
    r"seats?": "assignment",
    r"surplus": "extra",
    r"lapsed?": "expired",
    r"planted": "honeypot",
    r"let_through": "missed_honeypot",
    r"from.blank": "blind",
    r"recall(ed|s)?": "revoke; recall is TP / (TP + FN)",
    r"promise[ds]?": "guarantee",
    r"freezes|froze|sealed": "audit plan, locked",
    r"freeing|freed": "corrected",
    r"sweeps?": "reconcile",
    r"nudged_at|WorkerBeat": "enqueued_at, WorkerHeartbeat",
    r"NoRoom": "DiskFull",
    r"paces": "timing",
    r"fates?": "outcome",
    r"doings": "handlers",
    r"lean": "minimal",
    r"settl(e|es|ed|ing)": "adjudicate, resolve",
    r"cuts": "score thresholds",
    r"judging images": "calibration images",
    r"classLook|class Cuts|BoxJudge": "style, ScoreThresholds, BoxScorer",
}
# of the JavaScript: its own Promise, and a key of data that waits in browsers
OWN = {
    "static/annotator/sync/store.js": r"seats?",
    "static/report/verdict.js": r"promise[ds]?",
    "static/annotator/panels/position.js": r"promise[ds]?",
    "static/common/storage.js": r"recall(ed|s)?",
    "labeling/review/queue.py": r"lean",  # "lean on"
    "docs/glossary.md": r".*",
    "CHANGELOG.md": r".*",
}
RECALL_OF_STORAGE = re.compile(r"common/storage\.js|\brecall(List)?\(")


def texts() -> list[Path]:
    """What people and programmers read of the product."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    for folder, ends in {
        "labeling": (".py", ".json"),
        "mlassist": (".py",),
        "annotator_ui": (".py",),
        "templates": (".html",),
        "static": (".js", ".css"),
        "docs": (".md",),
    }.items():
        found += [
            path
            for path in sorted((ROOT / folder).rglob("*"))
            if path.suffix in ends and "migrations" not in path.parts
        ]
    return found


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_stays_out(word):
    pattern = re.compile(rf"(?<![a-zA-Z])({word})(?![a-zA-Z])")
    hits = []
    for path in texts():
        name = str(path.relative_to(ROOT))
        if name in OWN and (OWN[name] == word or OWN[name] == ".*"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if pattern.search(line) and not RECALL_OF_STORAGE.search(line):
                hits.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not hits, f"say {RETIRED[word]}: {hits}"
