"""What verify_certificate says of a file that holds no certificate."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "holds no JSON object"),
        ("null", "holds no JSON object"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused_in_words(tmp_path: Path, content, words):
    file = tmp_path / "certificate.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=words):
        call_command("verify_certificate", str(file))
