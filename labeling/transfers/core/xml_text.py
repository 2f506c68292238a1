"""Elements of XML for what people write: characters that XML cannot hold are replaced."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """The text with each character that no XML file may hold replaced."""
    return UNWRITABLE.sub("\ufffd", text)


def child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new element below the parent."""
    made = SubElement(parent, tag, {name: safe(value) for name, value in attributes.items()})
    made.text = safe(text) or None
    return made


def written(element: Element) -> str:
    """The element as indented text."""
    indent(element)
    return tostring(element, encoding="unicode") + "\n"
