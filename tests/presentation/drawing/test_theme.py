import re
from dataclasses import asdict

import pytest

from workbench.presentation.drawing import theme

pytestmark = pytest.mark.quick


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_charts_pages_and_paper_use_the_same_values():
    style, typst, css = theme.matplotlib_style(), theme.typst_variables(), theme.css()
    for name, value in asdict(theme.COLOURS).items():
        assert re.fullmatch("#[0-9A-F]{6}", value)
        assert f'#let {name} = rgb("{value}")' in typst
        assert f"--{name}: {value};" in css
    used = {v for v in style.values() if isinstance(v, str) and v.startswith("#")}
    assert used <= set(asdict(theme.COLOURS).values())
    assert style["font.family"][0] == theme.FONT and theme.FONT in typst and theme.FONT in css


def test_text_can_be_read_on_paper_and_cards():
    c = theme.COLOURS
    for colour in (c.ink, c.quiet, c.accent, c.attention, c.alarm, c.good):
        assert contrast(colour, c.paper) >= 4.5
    for colour in (c.ink, c.quiet, c.accent):
        assert contrast(colour, c.panel) >= 4.5


def test_bands_get_lighter_as_they_get_wider():
    fills = [theme.BANDS[level] for level in (0.5, 0.8, 0.95)]
    assert [luminance(f) for f in fills] == sorted(luminance(f) for f in fills)
    assert len(theme.CATEGORIES) == len(set(theme.CATEGORIES)) == 6


def test_the_style_sheet_asks_no_host_and_uses_only_known_variables():
    css = theme.css()
    assert "http" not in css and "@import" not in css
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", css)) <= set(re.findall(r"--([a-z0-9-]+):", css))


def test_fonts_are_where_they_are_said_to_be():
    assert theme.font_file("Semibold").exists()
    assert all(path.exists() for path in theme.font_files())
    assert len({path.name for path in theme.font_files()}) == len(theme.font_files())
