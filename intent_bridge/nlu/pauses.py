"""A sentence as it was written, then with commas where its speaker may have paused.

Whoever dictates, or types in a hurry, writes a blank for a comma, or nothing: "bags are in shut the boot". A
language names the words at which one pauses as classes: `pause_before` and `pause_after`, and `pause_never`
for phrases that hold together.
"""

import re
from collections.abc import Iterator
from typing import Final

from intent_bridge.nlu.lexicon import Lexicon
from intent_bridge.nlu.loose import loosened
from intent_bridge.nlu.phrases import is_edge
from intent_bridge.nlu.reading import said

CLAUSE_MIN: Final = 2
"""Nobody pauses after less than so many words."""
_BLANK: Final = re.compile(r"(?<=[^\s\x21-\x7e])\s+(?=\S)|(?<=\S)\s+(?=[^\s\x21-\x7e])")
"""Blanks beside a letter that is a word by itself."""


def heard(lexicon: Lexicon, text: str) -> Iterator[list[str]]:
    """The words of a sentence without its question marks, each way to hear it once.

    As written first; blanks between clauses, not words, are commas from the start.
    """
    seen: list[list[str]] = []
    for tokens in _ways(lexicon, text):
        if tokens not in seen:
            seen.append(tokens)
            yield tokens


def _ways(lexicon: Lexicon, text: str) -> Iterator[list[str]]:
    comma = min(lexicon.commas)
    written, tokens = (_plain(lexicon, one) for one in (text, _with_pauses(lexicon, text, comma)))
    clauses = "".join(tokens).split(comma)
    long = all(len(clause) > CLAUSE_MIN for clause in clauses)
    yield from (tokens, written) if long else (written, tokens)
    never = {
        at
        for start in range(len(tokens))
        for end in lexicon.of_class("pause_never", tokens, start)
        for at in range(start + 1, end)
    }
    before = {at for at in range(len(tokens)) if lexicon.of_class("pause_before", tokens, at)}
    ended = (lexicon.of_class("pause_after", tokens, at) for at in range(len(tokens)))
    after = {max(ends) for ends in ended if ends}
    paused = _with_commas(lexicon, tokens, (before | after) - never, comma)
    yield from (paused, loosened(lexicon, tokens))


def _with_pauses(lexicon: Lexicon, text: str, comma: str) -> str:
    return text if lexicon.spaced else _BLANK.sub(comma, text)


def _plain(lexicon: Lexicon, text: str) -> list[str]:
    """The words without question marks and without what only opens or ends a request.

    An opener before a comma ("right, …"), "… then", and the word that asks of a request put as a question.
    """
    tokens = [token for token in lexicon.tokens(text) if token != "?"]
    if len(tokens) > CLAUSE_MIN and tokens[0] in lexicon.openers and is_edge(lexicon, tokens[1]):
        tokens = tokens[2:]
    tokens = tokens[max(lexicon.of_class("said_first", tokens, 0), default=0) :]
    last = max(0, len(tokens) - 1)
    if lexicon.of_class("ask_end", tokens, last) and (at := _asked_at(lexicon, tokens)) is not None:
        return tokens[:at] + tokens[max(lexicon.of_class("can", tokens, at), default=at) : last]
    over = last >= CLAUSE_MIN and lexicon.of_class("said_last", tokens, last)
    return tokens[:last] if over else tokens


def _asked_at(lexicon: Lexicon, tokens: list[str]) -> int | None:
    """Where a request that is put as a question begins to ask, if it is one."""
    for at in range(len(tokens)):
        begins = at == 0 or is_edge(lexicon, tokens[at - 1])
        if lexicon.of_class("asks", tokens, at) or (begins and lexicon.of_class("asks_first", tokens, at)):
            return at
    return None


def is_request(lexicon: Lexicon, tokens: list[str]) -> bool:
    """Whether what ends with a question mark asks for something to be done: "would you …?"."""
    polite = said(lexicon, tokens, "polite") or _asked_at(lexicon, tokens) is not None
    return bool(polite) or "want" in said(lexicon, tokens, "mark")


def _with_commas(lexicon: Lexicon, tokens: list[str], places: set[int], comma: str) -> list[str]:
    out: list[str] = []
    since = 0
    for at, token in enumerate(tokens):
        if at in places and since >= CLAUSE_MIN and not is_edge(lexicon, token):
            out.append(comma)
            since = 0
        out.append(token)
        since = 0 if is_edge(lexicon, token) else since + 1
    return out
