"""`make bench`, the DBC files: how many are accepted after repair, and what repairing costs beside cantools.

The files are all those of opendbc and of the cantools source archive, but fixtures that are wrong on purpose
(`tests/data/dbc_left_out.yaml`). Each is loaded by us (repaired, then read) and by cantools alone, which gets
the text it can read; alternately, on thread CPU time.
"""

import time
from collections.abc import Callable
from functools import partial

import cantools

from intent_bridge.dbc import load_dbc, repair
from intent_bridge.errors import ProfileError
from tests.bench.figures import merge
from tests.properties.codec.test_corpus import FILES
from tests.properties.dbc.left_out import invalid_on_purpose

ROUNDS = 3


def accepted(text: str) -> bool:
    """Whether the file can be read after repair."""
    try:
        load_dbc(text)
    except ProfileError:
        return False
    return True


def read_alone(text: str) -> object:
    """The peer."""
    return cantools.database.load_string(text, "dbc", strict=False)


def main() -> None:
    """Measure, print, merge the keys."""
    if missing := [package for package, files in FILES.items() if not files]:
        print(f"corpus: skipped, no files of {' and '.join(missing)} (make corpus fetches them)")
        return
    texts = {
        (package, name): text
        for package, files in FILES.items()
        for name, text in files.items()
        if name not in invalid_on_purpose(package)
    }
    taken = {key: text for key, text in texts.items() if accepted(text)}
    ours_ns = theirs_ns = 0
    for text in taken.values():
        jobs: dict[str, Callable[[], object]] = {
            "ours": partial(load_dbc, text),
            "theirs": partial(read_alone, repair(text).text),
        }
        times: dict[str, list[int]] = {"ours": [], "theirs": []}
        for n in range(ROUNDS):
            for name in ("ours", "theirs") if n % 2 else ("theirs", "ours"):
                start = time.thread_time_ns()
                jobs[name]()
                times[name].append(time.thread_time_ns() - start)
        ours_ns += min(times["ours"])
        theirs_ns += min(times["theirs"])
    figures = {
        "corpus_accept_ratio": round(len(taken) / len(texts), 4),
        "corpus_load_vs_cantools": round(ours_ns / theirs_ns, 2),
    }
    left = sorted(name for _, name in texts.keys() - taken.keys())
    ratio, load = figures.values()
    print(f"corpus_accept_ratio            {ratio} ({len(taken)} of {len(texts)})  >= 0.97")
    print(f"  not accepted: {', '.join(left) or 'none'}")
    print(f"corpus_load_vs_cantools        {load}  <= 1.3")
    merge(figures)


if __name__ == "__main__":
    main()
