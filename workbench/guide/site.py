"""A guide as a folder of files that any server, or none, can show: `build` writes it whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.core.storage.outputs import empty_folder
from workbench.guide import checks, search
from workbench.guide.views import Views
from workbench.presentation.drawing.theme import css_variables
from workbench.sources.guide import reading
from workbench.sources.guide.pages import KINDS

STATIC = Path(__file__).parent / "static"
MARK = "guide-site.json"
"""What tells a folder that `build` wrote from any other: only such a folder is replaced."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class Built:
    """A site that was written: where, how many files and bytes, and what readers will notice."""

    folder: Path
    files: int
    size: int
    first_page: int
    notices: tuple[checks.Remark, ...]


def build(locality: Locality, out: Path, today: date, *, feedback: bool = False, overwrite: bool = False) -> Built:
    """Write a locality's guide as a static site.

    Parameters
    ----------
    out
        Folder to make.
    today
        Events before it are left out.
    feedback
        Whether pages ask "did this help?"; only a server that answers (`workbench app`) should.
    overwrite
        Whether an earlier site may be replaced; no other folder ever is.

    Raises
    ------
    PluginError
        With every grave fault of the guide; nothing is written.
    """
    _guard(out, overwrite)
    found = checks.check(locality, today)
    found.raise_grave()
    made = files(locality, today, feedback=feedback)
    with replacing(out) as partial:
        for name, text in made.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    first = reading.load(locality).languages[0]
    wanted = (f"{first}/index.html", "guide.css", "guide.js", "icon.svg")
    sizes = {name: len(text.encode()) for name, text in made.items()}
    notices = tuple(remark for remark in found.remarks if not remark.grave)
    return Built(out, len(made), sum(sizes.values()), sum(sizes[name] for name in wanted), notices)


def files(locality: Locality, today: date, *, feedback: bool = False) -> dict[str, str]:
    """Return every file of a guide's site by its path; the same guide on the same day gives the same files."""
    guide = reading.load(locality)
    views = Views(guide, locality.name, today, feedback=feedback)
    made = {"index.html": views.languages(), "guide.css": css_variables() + _static("guide.css")}
    made |= {"guide.js": _static("guide.js"), "icon.svg": _static("icon.svg")}
    for language in guide.languages:
        kinds = {kind: views.words[language][f"kind_{kind}"] for kind in KINDS}
        made |= {f"{language}/{name}": text for name, text in views.of_language(language).items()}
        made[f"{language}/search.js"] = search.index(guide, language, kinds)
    made["manifest.webmanifest"] = _manifest(guide.label("title", guide.source_language), guide.languages[0])
    bundle = {name: [TYPES[Path(name).suffix], text] for name, text in sorted(made.items())}
    made["offline.json"] = json.dumps(bundle, ensure_ascii=False)
    version = hashlib.sha256(made["offline.json"].encode()).hexdigest()[:16]
    made["sw.js"] = _static("sw.js").replace("@VERSION@", version)
    made[MARK] = json.dumps({"locality": locality.id, "made": today.isoformat(), "version": version}) + "\n"
    return made


def _guard(out: Path, overwrite: bool) -> None:
    if not (out / MARK).is_file():
        empty_folder(out)
    elif not overwrite:
        raise DataError(
            "there is a guide here already", where=str(out), do="name another folder, or give --overwrite to replace it"
        )


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _manifest(title: str, language: str) -> str:
    body: Mapping[str, object] = {
        "name": title,
        "short_name": title[:20],
        "lang": language,
        "start_url": "index.html",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0b5d7a",
        "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
