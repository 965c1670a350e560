"""Guess what a misspelt word was meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the known word that is closest to `word`, regardless of case; "" when none is close."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence with the closest known word; "" when none is close."""
    guess = suggestion(word, known)
    return f'did you mean "{guess}"?' if guess else ""
