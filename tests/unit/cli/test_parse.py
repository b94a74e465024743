"""The verb `parse` and its page."""

import json
import re
from pathlib import Path

from intent_bridge.cli.parse import answer
from intent_bridge.llm import DIALECTS

PAGE = Path("docs/parse.md").read_text(encoding="utf-8")


def test_the_page_lists_every_dialect() -> None:
    listed = PAGE.partition("Dialects:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(DIALECTS)


def test_the_example_of_the_page_is_true() -> None:
    asked, answered = re.findall(r"^    (\{.*\})$", PAGE, re.MULTILINE)
    assert answer(asked) == json.loads(answered)
