"""The list of every string that people may read is whole, so that it can be read in one go."""

from tests import visible_strings


def test_the_list_of_strings_is_up_to_date():
    now, then = visible_strings.listed(), visible_strings.LIST.read_text()
    new = sorted(set(now.splitlines()) - set(then.splitlines()))
    gone = sorted(set(then.splitlines()) - set(now.splitlines()))
    assert now == then, f"run `make strings` and read what changed: new {new}, gone {gone}"


def test_the_list_has_what_templates_scripts_errors_and_forms_say():
    text = visible_strings.listed()
    for said in (
        "Ask one of its managers for access.",  # a template
        "Drop images, a folder or a zip archive here",  # a script
        "Add at least one class.",  # an error
        "Minutes without activity after which an image is reassigned.",  # help of a field
        "annotators per image",  # a field's name
        "workflow",  # a single word
        " (CSV: every file, what became of it, and why)",  # beside an element
    ):
        assert said in text
