"""Patterns are walked part by part and grown word by word: what is found is what they stand for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.nlu.lexicon import FOLDER, Lexicon, Reading, lexicon
from intent_bridge.nlu.patterns import parts_of, phrases
from intent_bridge.profile.yaml import read_yaml

Made = tuple[str, list[str]]
_TEXTS = st.text(st.sampled_from("ab1 开窗的-'"), min_size=1, max_size=4).map(lambda text: (text, [text]))


def _after_one_another(parts: list[Made]) -> Made:
    texts = ["".join(chosen) for chosen in product(*(each for _, each in parts))]
    return "".join(pattern for pattern, _ in parts), texts


def _groups(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    chain = st.lists(inner, min_size=1, max_size=3).map(_after_one_another)
    either = st.lists(chain, min_size=1, max_size=3)
    choice = either.map(
        lambda each: ("(" + "|".join(p for p, _ in each) + ")", [t for _, ts in each for t in ts])
    )
    return choice | choice.map(lambda made: ("[" + made[0][1:-1] + "]", [*made[1], ""]))


PATTERNS = st.lists(st.recursive(_TEXTS, _groups, max_leaves=5), min_size=1, max_size=4).map(
    _after_one_another
)


@given(PATTERNS, st.sampled_from(["en", "zh"]))
def test_the_parts_of_a_pattern_are_the_phrases_it_stands_for_cut_between_words(
    made: Made, language: str
) -> None:
    pattern, texts = made
    words = lexicon(language)
    parts = parts_of(pattern, words.cuts(pattern))
    whole = ["".join(chosen) for chosen in product(*parts)]
    assert set(whole) == set(texts)
    assert phrases(pattern) == len(texts)
    for chosen in product(*parts):
        assert [token for text in chosen for token in words.tokens(text)] == words.tokens("".join(chosen))


@pytest.mark.parametrize("language", ["de", "en", "zh"])
def test_every_phrase_of_the_data_is_found_with_what_it_says(language: str) -> None:
    words = lexicon(language)
    for file in sorted((FOLDER / language).glob("*.yaml")):
        for key, patterns in read_yaml(file).data.items() if file.name != "language.yaml" else ():
            for pattern in () if key.startswith("class.") else patterns[::5]:
                for phrase in _some(parts_of(pattern, words.cuts(pattern))):
                    if "{" not in phrase:
                        assert _said(words, phrase, key), (key, pattern, phrase)


def _some(parts: list[list[str]]) -> Iterator[str]:
    """Every seventh text of the parts, or a few hundred far apart where they stand for more."""
    total = prod(map(len, parts))
    for number in range(0, total, max(7, total // 300)):
        texts = []
        for part in reversed(parts):
            number, chosen = divmod(number, len(part))
            texts.append(part[chosen])
        yield "".join(reversed(texts))


def _said(words: Lexicon, phrase: str, key: str) -> bool:
    kinds = tuple(word.partition(".")[0] for word in key.split() if word != "filler")
    tokens = words.tokens(phrase)
    return any(
        end == len(tokens) and tuple(concept.kind for concept in reading) == kinds
        for end, reading in words.find(tokens, 0)
    )


def test_threads_that_need_the_same_words_first_find_the_same() -> None:
    sentence = "打开主驾的车窗"
    lexicon.cache_clear()
    words = lexicon("zh")
    tokens = words.tokens(sentence)

    def found(start: int) -> list[tuple[int, Reading]]:
        return list(words.find(tokens, start % len(tokens)))

    with ThreadPoolExecutor(8) as pool:
        by_thread = list(pool.map(found, range(20 * len(tokens))))
    alone = [found(start) for start in range(len(tokens))]
    assert any(alone)
    assert all(set(said) == set(alone[n % len(tokens)]) for n, said in enumerate(by_thread))
