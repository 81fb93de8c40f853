from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    """dr prof professor mr mrs ms miss mx sir dame lady lord herr frau dipl-ing mme mlle monsieur madame sra srta dott dottssa sigra dhr
    mevr"""
)
# These are names too, and titles only with their dot.
_DOTTED_TITLES = _words("rev hon fr hr dipl ing mag sr don sig avv m")
_CREDENTIALS = _words(
    """phd md mba cpa esq jr sr ii iii iv ma ba msc bsc meng beng pmp cfa cissp pe rn dds dphil jd llm llb obe mbe cbe frcs fca acca
    shrm-cp phr sphr dba edd mph mpa csm"""
)
# Behind a name without a comma only those that are no surname: Jack Ma is not a Master of Arts.
_SUFFIXES = _words("PhD PHD Phd MBA MD CPA Esq Jr JR Sr SR II III IV")
_PARTICLES = _words("van von de der den del della di da do dos du la le ter ten zu bin ibn al el af av")
_LONGEST = 300
_MARKS = re.compile(r"[,(\[]")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af ]+")


def whole_name(full: str, first: str, last: str) -> tuple[str, str, str]:
    """Return the full, first and last name, each of the missing ones made from the others where that can be done."""
    if not full:
        return f"{first} {last}".strip(), first, last
    if first and last:
        return full, first, last
    likely_first, likely_last = split_name(full)
    return full, first or likely_first, last or likely_last


def split_name(full: str) -> tuple[str, str]:
    """Split a full name into what a letter greets with and the family name; what is no name gives two empty ones.

    All behind the first name counts as the family name ("van Beethoven", "García Márquez"), but titles, degrees and
    initials in the middle are left out.
    """
    words = full.split()
    if len(words) == 2 and _is_plain(*words):
        return words[0], words[1]
    if not words or len(full) > _LONGEST or "@" in full or "://" in full:
        return "", ""
    if _MARKS.search(full) is None:
        return _split_words(words)
    parts = [part.split() for part in _ASIDE.sub(" ", full).split(",")]
    capitals = not full.isupper()
    named = [part for at, part in enumerate(parts) if part and (at == 0 or not _is_credentials(part, capitals=capitals))]
    if not named:
        return "", ""
    if len(named) > 1:
        return " ".join(_without_titles(named[1])), " ".join(_without_titles(named[0]))
    return _split_words(named[0])


def _is_plain(first: str, last: str) -> bool:
    """Nine of ten names need no further look."""
    if not (first.isalpha() and last.isalpha() and first.istitle() and last.istitle()):
        return False
    return first.lower() not in _TITLES and last not in _SUFFIXES


def _split_words(words: list[str]) -> tuple[str, str]:
    bare = _without_titles(words)
    while len(bare) > 1 and bare[-1].replace(".", "") in _SUFFIXES:
        bare = bare[:-1]
    if len(bare) == 1:
        return ("", bare[0]) if _is_title(words[0]) else (bare[0], "")
    if _family_name_first(bare):
        return " ".join(bare[1:]), bare[0]
    if len(bare) == 2:
        return bare[0], bare[1]
    if _is_initial(bare[0]) and bare[1].casefold() not in _PARTICLES:
        bare = bare[1:]
    return bare[0], " ".join([*(word for word in bare[1:-1] if not _is_initial(word)), bare[-1]])


def _family_name_first(words: list[str]) -> bool:
    """Two East Asian words, or "DUPONT Marie" as the French write it."""
    family = words[0]
    if family.isupper():
        return len(family) > 2 and family.isalpha() and not any(word.isupper() for word in words[1:])
    return not family.isascii() and _EAST_ASIAN.fullmatch(" ".join(words)) is not None


def _without_titles(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and _is_title(words[start]):
        start += 1
    return words[start:]


def _is_title(word: str) -> bool:
    bare = word.lower().replace(".", "")
    return bare in _TITLES or (bare in _DOTTED_TITLES and word.endswith("."))


def _is_initial(word: str) -> bool:
    return len(word.replace(".", "")) == 1 and word[0].isalpha()


def _is_credentials(words: list[str], *, capitals: bool) -> bool:
    """Degrees and the like; where the rest is not in capitals, so is every word in capitals: "Ada Lovelace, CTO"."""
    return all(word.casefold().replace(".", "") in _CREDENTIALS or (capitals and len(word) > 1 and word.isupper()) for word in words)
