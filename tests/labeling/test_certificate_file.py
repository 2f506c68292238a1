"""What verify_certificate says of a file: of one that holds, and of one that is no certificate."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling.certification.core.document import FORMAT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "holds no JSON object"),
        ("null", "holds no JSON object"),
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "cannot be read as JSON"),
        (f'{{"format": "{FORMAT}", "x": {"[" * 900 + "]" * 900}}}', "ot a complete"),
        ('{"format": 1e999}', "Unknown format"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused_in_words(tmp_path: Path, content, words):
    file = tmp_path / "certificate.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=words):
        call_command("verify_certificate", str(file))


def test_a_file_that_holds_is_told_with_what_it_assumes_of_checkers(tmp_path, paper, capsys):
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(paper))
    call_command("verify_certificate", str(file))
    told = capsys.readouterr().out
    assert "It holds. Mean quality of the 60 accepted" in told
    assert "Assumed: checkers corrected whatever was wrong" in told
