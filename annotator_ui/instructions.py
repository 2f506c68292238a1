"""Instructions in Markdown to safe HTML."""

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote",
    "a", "br", "hr", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def to_html(markdown: str) -> str:
    """Rendered and cleaned: no script, no style, no foreign picture, links open elsewhere."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href", "target"}},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
