"""Tells the browser at once which modules a page needs, as it would find them one by one."""

import re
from functools import cache
from pathlib import Path, PurePosixPath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
IMPORT = re.compile(r"""^(?:import|export)\b[^'";()]*from\s+['"](\.[^'"]+\.js)['"]""", re.M)


@register.simple_tag
def preload_modules(main: str) -> SafeString:
    """A link for each module that `main`, a static path, imports by itself or through others."""
    paths = imported_by(main)
    return format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((static(path),) for path in paths)
    )


@cache
def imported_by(main: str) -> tuple[str, ...]:
    """Static paths of everything `main` needs, nearest first; `main` itself comes first."""
    found = [main]
    for path in found:  # grows while it is walked
        file = finders.find(path)
        if file is None:
            raise LookupError(f"{path} is imported but not there")
        for target in IMPORT.findall(Path(file).read_text()):
            joined = PurePosixPath(path).parent / target
            parts: list[str] = []
            for part in joined.parts:
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            name = "/".join(parts)
            if name not in found:
                found.append(name)
    return tuple(found)
