"""A request inside words that take it back, tell of it or ask about it is no request, whatever it is."""

import random
import re

import pytest

from intent_bridge.nlu import Understood, understand
from tests.nlu.corpus import catalogue, sentences

WRAPPED = {
    "en": (
        *("don't {}", "please do not {}", "never {}", "he said {}", "she asked me to {}", "i didn't say {}"),
        *("my wife always says {}", "if it rains {}", "what happens if I say {}", "should I {}"),
        *("why did you {}", "the manual says {}", "tomorrow morning {}", "in ten minutes {}", "how do I {}"),
        *("imagine you could {}", "the song is called {}", "no need to {}", "i was going to say {}"),
        *(
            "i hate it when people {}",
            "last week i had to {}",
            "{} is what he told me",
            "once we are home {}",
        ),
    ),
    "zh": (
        *("别{}", "不要{}", "不用{}", "他说{}", "如果下雨就{}", "要是冷的话{}", "你能不能解释一下怎么{}"),
        *("为什么要{}", "我没说{}", "说明书上写着{}", "明天早上{}", "十分钟后{}", "这首歌叫{}", "刚才他喊{}"),
        *("不需要{}", "没必要{}", "我本来想{}", "上周我让师傅{}", "那天我们{}", "{}他说", "{}会怎么样"),
        *("{}多少钱", "谁说要{}了", "千万别{}", "到家以后{}", "等会儿再{}", "昨天{}", "{}这句话怎么说"),
    ),
}
VERBS = (
    *("turn", "set", "open", "close", "put", "make", "switch", "raise", "lower", "move", "slide", "tilt"),
    *("start", "stop", "activate", "disable", "increase", "decrease", "shut", "roll", "warm", "dim"),
)
TAKEN = 25


def _plain(text: str, language: str) -> bool:
    """One clause that begins as an order does: what stands before it then bears on all of it."""
    if re.search(r"[,，、.。!！?？;；]| because | but | so |再|了|然后", text) or len(text) > 60:
        return False
    if language == "zh":
        return " " not in text and text[0] in "把打关开调座空车"
    return text.split()[0].lower() in VERBS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_forbidden_told_or_asked_about_is_not_done(language: str) -> None:
    plain = [s.text for s in sentences(language) if not s.held_back and s.wanted and _plain(s.text, language)]
    acted = []
    for text in random.Random(7).sample(plain, TAKEN):
        for words in WRAPPED[language]:
            said = words.replace("{}", text)
            found = understand(said, language, catalogue())
            if isinstance(found, Understood) and (found.calls or found.undo):
                acted.append((said, found.calls))
    assert acted == []
