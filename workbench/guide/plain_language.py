"""Is a text easy to read? Words of a sentence, and Björnsson's LIX."""

from __future__ import annotations

import re
from collections.abc import Iterable

END = re.compile(r"(?<=[.!?؟…:])[\"»”)]*\s+")
WORD = re.compile(r"[^\W\d_][\w'’ʼ-]*|\d[\d.,  ]*")
SHORT_FORMS = re.compile(r"\b(?:e\.g|i\.e|f\.eks|bl\.a|t\.ex|dvs|osv|ca|kl|nr|т\.д|т\.п|напр)\.$", re.IGNORECASE)
LONG_WORD = 6
"""Letters above which LIX counts a word as long."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; an abbreviation does not end one.

    >>> sentences("Bring proof, e.g. a passport. Is it free?")
    ['Bring proof, e.g. a passport.', 'Is it free?']
    """
    found: list[str] = []
    for part in END.split(text.strip()):
        if found and SHORT_FORMS.search(found[-1]):
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found


def words(sentence: str) -> list[str]:
    """Return the words and numbers of a sentence."""
    return WORD.findall(sentence)


def too_long(paragraphs: Iterable[str], most: int) -> list[tuple[str, int]]:
    """Return the sentences of more than ``most`` words, with their number of words."""
    found = [(sentence, len(words(sentence))) for text in paragraphs for sentence in sentences(text)]
    return [(sentence, number) for sentence, number in found if number > most]


def lix(paragraphs: Iterable[str]) -> float:
    """Return the readability of a text: words of a sentence plus per cent of long words; below 30 is very easy.

    References
    ----------
    C. H. Björnsson (1968), *Läsbarhet*. Made for Scandinavian languages; of others it orders texts, no more.
    """
    told = [words(sentence) for text in paragraphs for sentence in sentences(text)]
    told = [each for each in told if each]
    all_words = [word for each in told for word in each]
    if not all_words:
        return 0.0
    long = sum(len(word) > LONG_WORD for word in all_words)
    return len(all_words) / len(told) + 100 * long / len(all_words)
