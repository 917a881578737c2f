"""The main font as a style sheet that holds it, so that a page asks no other host, and no other file, for its type."""

from __future__ import annotations

import base64
import io
from functools import cache

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from workbench.presentation.drawing.theme import FONT, font_file

LATIN = "U+0020-024F, U+2010-2026, U+20AC, U+2212"


@cache
def css_faces() -> str:
    """Return the main font in two weights, reduced to Latin letters, as a style sheet that holds them."""
    return "".join(_face(style, weight) for style, weight in (("Regular", 400), ("Semibold", 600)))


def _face(style: str, weight: int) -> str:
    font = TTFont(font_file(style), recalcTimestamp=False)
    options = subset.Options(layout_features=["kern", "tnum", "lnum"], notdef_outline=True)
    reduced = subset.Subsetter(options)
    reduced.populate(unicodes=subset.parse_unicodes(LATIN))
    reduced.subset(font)
    font.flavor = "woff"
    held = io.BytesIO()
    font.save(held)
    data = base64.b64encode(held.getvalue()).decode()
    return (
        f'@font-face {{ font-family: "{FONT}"; font-weight: {weight}; '
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}\n"
    )
