"""Sentences in files and entities in tags: what all programs of this folder share. Needs nothing but Python.

A sentence is a list of words and, where somebody labelled it, a list of IOB2 tags of the same length
("B-PER", "I-PER", "O").
"""

import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

from inputs import only_to_learn_from, text_to_learn_from

LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
LABEL_IDS = {label: index for index, label in enumerate(LABELS)}


@dataclass
class Sentence:
    words: list[str]
    tags: list[str] | None  # None: nobody labelled it, the teacher does
    source: str  # the corpus it is of


def columns_of(text, source, labelled=True):
    """Documents, lists of sentences, of a text of columns: the word first, its tag last.

    A blank line ends a sentence, -DOCSTART- begins a document.
    """
    documents, words, tags = [[]], [], []
    for line in [*text.split("\n"), ""]:
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            words.append(columns[0])
            tags.append(columns[-1])
            continue
        if words:
            documents[-1].append(Sentence(words, iob2(tags) if labelled else None, source))
            words, tags = [], []
        if columns and documents[-1]:
            documents.append([])
    return documents


def read_documents(path, source, labelled=True):
    """Documents of a file of columns that is learned from."""
    documents = columns_of(text_to_learn_from(path), source, labelled)
    only_to_learn_from(path, [sentence.words for document in documents for sentence in document])
    return documents


def read_columns(path, source, labelled=True):
    """Sentences of a file of columns that is learned from."""
    return [sentence for document in read_documents(path, source, labelled) for sentence in document]


def iob2(tags):
    """IOB1 or IO as IOB2: the first word of every entity has B-."""
    out, previous = [], "O"
    for tag in tags:
        inside = tag.startswith("I-") and previous != "O" and previous[2:] == tag[2:]
        out.append("B-" + tag[2:] if tag != "O" and not inside else tag)
        previous = tag
    return out


def entity_spans(tags):
    """{(start, end, type)} of IOB2 tags, as conlleval counts them."""
    spans, start, kind = set(), None, None
    for index, tag in enumerate([*tags, "O"]):
        if start is not None and (tag[0] != "I" or tag[2:] != kind):
            spans.add((start, index, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = index, tag[2:]
    return spans


def write_sentences(path, sentences):
    """JSON lines, one a sentence; the file is there when it is whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(vars(sentence), ensure_ascii=False) + "\n" for sentence in sentences)
    os.replace(partial, path)


def read_sentences(path):
    """Sentences that write_sentences wrote, to learn from."""
    lines = text_to_learn_from(path).split("\n")
    sentences = [Sentence(**json.loads(line)) for line in lines if line]
    only_to_learn_from(path, [sentence.words for sentence in sentences])
    return sentences


def seeded(seed):
    """A random generator of its own for each program, so that one more draw in one does not move another."""
    return random.Random(seed)


def list_beside(name):
    """The text of a list of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
