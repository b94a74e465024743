"""Finding calls in prose: what a model merely talks about is not a call.

Not searched: thinking (`<think>…</think>`, also without its opening tag, which templates prefill), fenced
code blocks, inline code, block quotes. A call between quotation marks is a quotation.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_THINKING: Final = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<scratch_pad>": "</scratch_pad>",
    "[THINK]": "[/THINK]",
}
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»"}
_END_TOKENS: Final = (
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "</s>", "<|eot|>",
)  # fmt: skip
_FENCE: Final = r"^[ \t]{0,3}(?P<fence>```+|~~~+)"
_MAX_INLINE_CODE: Final = 2_000
"""Characters in which inline code must end; without an end, a backtick is just a character."""
_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\]]', re.DOTALL)
_BLANK: Final = re.compile(r"\s*")


class Mark(NamedTuple):
    """A call's opening mark in a text: where it stands and which of the marks it is."""

    start: int
    end: int
    text: str


class Prose:
    """Searches one text for opening marks of calls outside of thinking, code and quotations."""

    def __init__(self, text: str, marks: Sequence[str]) -> None:
        self.text = text
        words = "|".join(re.escape(word) for word in (*marks, *_THINKING))
        self._next = re.compile(f"(?P<mark>{words})|{_FENCE}|(?P<tick>`+)", re.MULTILINE)
        self._marks = frozenset(marks)

    def start(self) -> int:
        """Where the search begins: behind thinking, whose opening tag may have stood in the prompt."""
        for opening, closing in _THINKING.items():
            begin, end = self.text.find(opening), self.text.find(closing)
            if end >= 0 and (not 0 <= begin < end or not self.text[:begin].strip()):
                return end + len(closing)
        return 0

    def find(self, at: int) -> Mark | None:
        """The next mark from `at` on; None if the rest is prose."""
        while match := self._next.search(self.text, at):
            word = match["mark"]
            if word in self._marks:
                if not self._in_block_quote(match.start()):
                    return Mark(match.start(), match.end(), word)
                at = match.end()
            elif word is not None:
                at = self._behind(_THINKING[word], match.end())
            elif match["fence"] is not None:
                at = self._behind_fence(match["fence"], match.end())
            else:
                at = self._behind_ticks(match["tick"], match.end())
        return None

    def quoted(self, start: int, end: int) -> bool:
        """Whether the piece from `start` to `end` stands between quotation marks."""
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        return bool(before) and _QUOTES.get(before) == after

    def _behind(self, closing: str, at: int) -> int:
        end = self.text.find(closing, at)
        return end + len(closing) if end >= 0 else len(self.text)

    def _behind_fence(self, fence: str, at: int) -> int:
        closing = re.compile(rf"^[ \t]{{0,3}}{re.escape(fence)}{re.escape(fence[0])}*[ \t]*$", re.MULTILINE)
        match = closing.search(self.text, at)
        return match.end() if match else len(self.text)

    def _behind_ticks(self, ticks: str, at: int) -> int:
        closing = re.compile(rf"(?<!`){ticks}(?!`)")
        match = closing.search(self.text, at, at + _MAX_INLINE_CODE)
        return match.end() if match and "\n\n" not in self.text[at : match.start()] else at

    def _in_block_quote(self, at: int) -> bool:
        line = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return line.lstrip().startswith(">")


def json_end(text: str, start: int) -> int | None:
    """Behind the last bracket of the object or array that begins at `start`; None if it is cut off.

    Brackets that do not match also end it: the front door says then what is wrong.
    """
    open_brackets: list[str] = []
    for match in _BRACKETS.finditer(text, start):
        piece = match[0]
        if piece[0] == '"':
            if not match[1]:
                return None
        elif piece in "{[":
            open_brackets.append(piece)
        elif not open_brackets or (open_brackets.pop() == "{") != (piece == "}"):
            return match.end()
        if not open_brackets:
            return match.end()
    return None


def skip_blank(text: str, at: int) -> int:
    """Behind the white space at `at`."""
    match = _BLANK.match(text, at)
    return match.end() if match else at


def without_end_tokens(text: str) -> str:
    """The text without the tokens by which models end their turn."""
    while True:
        stripped = text.rstrip()
        token = next((token for token in _END_TOKENS if stripped.endswith(token)), None)
        if token is None:
            return text
        text = stripped.removesuffix(token)


def joined(pieces: Sequence[str]) -> str:
    """The text around calls: every piece that is more than white space, as it stands."""
    return "".join(piece for piece in pieces if piece.strip())
