"""Every value of the visual language in one place; charts, pages and PDFs are styled from it, so they cannot drift."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.core.errors import ReportError


@dataclass(frozen=True)
class Colours:
    """The colours by their use; attention, alarm and good never stand without a word or a sign."""

    ink: str = "#1B1F24"
    quiet: str = "#5A6472"
    rule: str = "#D9DEE3"
    paper: str = "#FFFFFF"
    panel: str = "#F5F7F9"
    accent: str = "#0B5D7A"
    band50: str = "#6FAFC3"
    band80: str = "#A9CDD9"
    band95: str = "#D5E6EC"
    attention: str = "#B35C00"
    alarm: str = "#A3195B"
    good: str = "#2E6F40"


COLOURS = Colours()
BANDS = {0.95: COLOURS.band95, 0.8: COLOURS.band80, 0.5: COLOURS.band50}
"""Fill of each interval, widest first, in the order in which they are drawn."""

CATEGORIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, safe for colour-blind readers; more than six categories need another chart."""

FONT = "Source Sans Pro"
FONT_OTHER_SCRIPTS = "DejaVu Sans"
SPACE_PX = (4, 8, 16, 24, 40)
CORNER_PX = 6
SCREEN_PX = 16
PRINT_PT = 10.5
MARGIN_MM = 22
LINE_CHARACTERS = 75
TEXT_WIDTH_IN = (210 - 2 * MARGIN_MM) / 25.4
"""Width of the printed text block in inches: charts are drawn at this width, so their type has its true size."""


def font_folders() -> list[Path]:
    """Return where the fonts lie: Source Sans Pro from its package, DejaVu (Arabic and others) from matplotlib's."""
    folders = []
    for package, inside in (("font_source_sans_pro", "files"), ("matplotlib", "mpl-data/fonts/ttf")):
        spec = find_spec(package)
        folder = Path(spec.origin).parent / inside if spec and spec.origin else None
        if folder is None or not folder.is_dir():
            raise ReportError(
                f"the fonts of the package '{package}' are missing",
                why="a report is drawn with fonts of known shape, so that it is the same everywhere",
                do="install the workbench with its dependencies again",
            )
        folders.append(folder)
    return folders


def font_file(style: str = "Regular") -> Path:
    """Return the TrueType file of one style of the main font, e.g. ``Semibold``."""
    return font_folders()[0] / f"SourceSansPro-{style}.ttf"


def font_files() -> list[Path]:
    """Return every font file a report may use: one file for each style, so that no choice depends on the machine."""
    other = font_folders()[1]
    mine = [font_file(style) for style in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")]
    return mine + [other / f"DejaVuSans{style}.ttf" for style in ("", "-Bold", "-Oblique", "-BoldOblique")]


def matplotlib_style() -> dict[str, Any]:
    """Return the settings under which every chart is drawn (give them to ``matplotlib.rc_context``)."""
    c = COLOURS
    return {
        "font.family": [FONT, FONT_OTHER_SCRIPTS],
        "font.size": 9,
        "text.color": c.ink,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelcolor": c.quiet,
        "axes.edgecolor": c.rule,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.facecolor": c.paper,
        "grid.color": c.rule,
        "grid.linewidth": 0.6,
        "xtick.color": c.rule,
        "xtick.labelcolor": c.quiet,
        "xtick.labelsize": 8.5,
        "xtick.major.size": 3,
        "ytick.color": c.rule,
        "ytick.labelcolor": c.quiet,
        "ytick.labelsize": 8.5,
        "ytick.major.size": 0,
        "figure.facecolor": c.paper,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "round",
        "svg.fonttype": "path",
        "svg.hashsalt": "migration-workbench",
        "savefig.facecolor": c.paper,
    }


def typst_variables() -> str:
    """Return the Typst module ``theme.typ`` that the report template imports."""
    lines = [f'#let {name} = rgb("{value}")' for name, value in asdict(COLOURS).items()]
    lines += [
        f'#let fonts = ("{FONT}", "{FONT_OTHER_SCRIPTS}")',
        f"#let body-size = {PRINT_PT}pt",
        f"#let page-margin = {MARGIN_MM}mm",
        f"#let spaces = ({', '.join(f'{px * 0.75:g}pt' for px in SPACE_PX)})",
    ]
    return "\n".join(lines) + "\n"


def css_variables() -> str:
    """Return the look as CSS custom properties, for pages and apps alike."""
    values = {**asdict(COLOURS), "corner": f"{CORNER_PX}px", "size": f"{SCREEN_PX}px", "line": f"{LINE_CHARACTERS}ch"}
    values |= {f"space-{step}": f"{px}px" for step, px in enumerate(SPACE_PX, start=1)}
    values["font"] = f'"{FONT}", "{FONT_OTHER_SCRIPTS}", system-ui, sans-serif'
    return ":root {\n" + "".join(f"  --{name}: {value};\n" for name, value in values.items()) + "}\n"


def css() -> str:
    """Return the style sheet of a finding on a page: text, figures and tables."""
    return css_variables() + _RULES


_RULES = """\
body { margin: 0; background: var(--paper); color: var(--ink); font: var(--size)/1.5 var(--font);
  font-variant-numeric: tabular-nums lining-nums; }
main { max-width: 46rem; margin: 0 auto; padding: var(--space-4) var(--space-3) var(--space-5); }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 var(--space-1); }
h2 { font-size: 1.35rem; margin: var(--space-5) 0 var(--space-2); padding-top: var(--space-3);
  border-top: 1px solid var(--rule); }
h3 { font-size: 1.1rem; margin: var(--space-4) 0 var(--space-2); }
p, li { max-width: var(--line); }
a { color: var(--accent); }
code { background: var(--panel); padding: 2px var(--space-1); border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--panel); padding: var(--space-3); border-radius: var(--corner); overflow-x: auto; }
.mw-subtitle, .mw-quiet { color: var(--quiet); }
.mw-headline { font-size: 1.35rem; font-weight: 600; line-height: 1.35; margin: var(--space-4) 0 var(--space-2); }
.mw-source, .mw-caveat { font-size: .875rem; color: var(--quiet); margin: var(--space-1) 0;
  max-width: none; }
.mw-synthetic { border-left: 4px solid var(--attention); background: var(--panel);
  padding: var(--space-2) var(--space-3); }
figure { margin: var(--space-4) 0; }
figure svg { width: 100%; height: auto; }
figcaption, caption { text-align: left; font-weight: 600; padding: var(--space-2) 0; }
.mw-scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: var(--space-3) 0 var(--space-1); font-size: .9375rem; }
th, td { padding: 5px var(--space-2); border-bottom: 1px solid var(--rule); text-align: left; font-weight: 400;
  vertical-align: top; }
tr.mw-total > * { font-weight: 600; border-top: 1px solid var(--ink); }
thead th { color: var(--quiet); border-bottom: 1px solid var(--ink); vertical-align: bottom; }
th.mw-right, td.mw-right { text-align: right; white-space: nowrap; }
thead th.mw-right { white-space: normal; }
footer { color: var(--quiet); font-size: .875rem; border-top: 1px solid var(--rule); margin-top: var(--space-5);
  padding-top: var(--space-2); }
@media print { main { max-width: none; } }
"""
