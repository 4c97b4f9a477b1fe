"""The one door to files that are learned from. What a model is measured on does not pass, neither by
its place nor by its name nor by its sentences.

Needs nothing but Python, so that a test can try it anywhere.
"""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Everything with gold that this repository has.
MEASURED_FOLDERS = [ROOT / "bench", ROOT / "test", ROOT / "examples"]
# valid.txt, eng.testb, conll2003-dev.txt, gum-test.conll ...
MEASURED_NAME = re.compile(
    r"(?<![a-z])(test[ab]?|dev|development|valid|validation|held[-_]?out|wikigold|conll(pp|\+\+))(?![a-z])",
    re.I,
)
# SHA-256, 16 digits of each, of the first, a middle and the last sentence of each set, words joined by
# spaces. None of the nine is in the training set.
MEASURED_SENTENCES = {
    "1be515e2c05202bd": "CoNLL-2003's development set",
    "f204733bc05c9079": "CoNLL-2003's development set",
    "122030aa1f233466": "CoNLL-2003's development set",
    "925ea0c323e938b4": "CoNLL-2003's test set",
    "899939f34a8d35c5": "CoNLL-2003's test set",
    "fa26ca2aee8d298f": "CoNLL-2003's test set",
    "9aa43dd46d49972d": "WikiGold",
    "36786889df880f02": "WikiGold",
    "266a16a1e95f5865": "WikiGold",
}


def text_to_learn_from(path):
    """The text of a file, which is refused where it lies or is called like what a model is measured on."""
    path = Path(path)
    for folder in MEASURED_FOLDERS:
        if path.resolve().is_relative_to(folder):
            refuse(path, f"lies in {folder.name}/, whose texts only measure")
    # A SQuAD file (JSON) has no names marked, and its parts are called for another task.
    if path.suffix != ".json" and MEASURED_NAME.search(path.name):
        refuse(path, "is called like a development or test set")
    return path.read_text(encoding="utf-8")


def only_to_learn_from(path, sentences):
    """The sentences (lists of words) of a file, which is refused where one is of a set that measures."""
    for words in sentences:
        found = MEASURED_SENTENCES.get(hashlib.sha256(" ".join(words).encode()).hexdigest()[:16])
        if found:
            refuse(path, f"has sentences of {found}")
    return sentences


def refuse(path, why):
    raise SystemExit(
        f"{path} {why}. Name a training set: nothing is learned from what a model is measured on."
    )
