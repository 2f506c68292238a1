"""Instructions in Markdown to safe HTML, with the job's own pictures and no others."""

import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote",
    "a", "br", "hr", "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
PICTURE = re.compile(r"^picture:([\w-]+)$")


def to_html(markdown: str, pictures: Mapping[str, str] | None = None) -> str:
    """Rendered and cleaned: no script, no style, no foreign picture, links open elsewhere.

    `pictures`: name → address; `![words](picture:NAME)` shows one, any other leaves its words.
    """

    def own(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("img", "src"):
            return value
        found = PICTURE.match(value)
        return (pictures or {}).get(found[1]) if found else None

    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href", "target"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "picture"},
        attribute_filter=own,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
