"""What verify_certificate says of a file that holds no certificate."""

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
