"""What can a reader find by searching in the page? One small index for each language, searched on the device."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from workbench.guide import markdown, plain_language
from workbench.sources.guide.pages import Guide


def folded(text: str) -> str:
    """Return a text as the search compares it: small letters without accents, vowel signs or lengthening strokes.

    >>> folded("Élève"), folded("مُعَلِّم")
    ('eleve', 'معلم')
    """
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ـ", ""))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def index(guide: Guide, language: str, kinds: Mapping[str, str]) -> str:
    """Return the script that hands the index to the page: address, title, kind, summary and words of each page."""
    entries = []
    for page in guide.pages:
        told = page.told(language, guide.chain(language))
        text = " ".join([told.title, told.summary, *told.forms, *markdown.paragraphs(told.body)])
        found = sorted(set(plain_language.words(folded(text))))
        entries.append([f"{page.id}.html", told.title, kinds[page.kind], told.summary, " ".join(found)])
    return f"window.guideIndex = {json.dumps(entries, ensure_ascii=False)};\n"
