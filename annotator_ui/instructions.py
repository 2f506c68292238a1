"""Instructions in Markdown to safe HTML, with the job's own pictures and no others."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "code",
    "pre",
    "blockquote",
    "a",
    "br",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "img",
}
PICTURE = re.compile(r"^picture:([\w-]+)$")


def to_html(markdown: str, pictures: Mapping[str, str] | None = None) -> str:
    """Rendered and cleaned: no script, no style, no foreign picture, links open elsewhere.

    `pictures`: name → address; `![words](picture:NAME)` shows one, any other leaves its words.
    """

    def image(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
        words = escape(tokens[place].content)
        found = PICTURE.match(str(tokens[place].attrs.get("src", "")))
        address = (pictures or {}).get(found[1]) if found else None
        return f'<img src="{escape(address)}" alt="{words}">' if address else words

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("image", image)
    return nh3.clean(
        parser.render(markdown),
        tags=TAGS,
        attributes={"a": {"href", "target"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
