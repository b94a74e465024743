"""The offline lane: sentences in several languages to the same typed calls, with no model and no network.

`understand` is pure: text, language and catalogue in, calls or an abstention out. `Talk` is a conversation
with one car. The words of a language are a folder of data (`languages/`), the things of a car a table
(`things.yaml`).
"""

from intent_bridge.nlu.heard import heard
from intent_bridge.nlu.hearing import recognised
from intent_bridge.nlu.lexicon import languages
from intent_bridge.nlu.talk import Talk
from intent_bridge.nlu.understand import Abstained, Result, Turn, Understood, understand

__all__ = [
    "Abstained",
    "Result",
    "Talk",
    "Turn",
    "Understood",
    "heard",
    "languages",
    "recognised",
    "understand",
]
