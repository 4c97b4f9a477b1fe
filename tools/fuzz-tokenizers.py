"""Compares with the Rust tokenizers library on random texts: ids, places, words, decoded text; pairs and words too.

    pip install tokenizers==0.23.3
    npm run build && python tools/fuzz-tokenizers.py [--count 100000] [--seed 1] [KIND...]

A kind is one of tokenizer_kinds.py; without one all are compared. Says what differs, and ends with 1 if anything does
but places that test/goldens/family/wrong-places.json knows to be the library's mistakes.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys

from tokenizer_kinds import HARD, KINDS, build, random_text, units, words_of

COMPARE = pathlib.Path(__file__).parent / "compare-tokenizer.mjs"
BATCH = 1000


def answer(text, found, tokenizer):
    at = units(text)
    offsets = [[at[start], at[end]] for start, end in found.offsets]
    decoded = tokenizer.decode(found.ids)
    return {"text": text, "ids": found.ids, "offsets": offsets, "wordIds": found.word_ids, "decoded": decoded}


def answers(tokenizer, source, count, words):
    """Nine in ten are texts, the others pairs and lists of words."""
    for first in range(0, count, BATCH):
        texts = [random_text(source, words) for _ in range(min(BATCH, count - first))]
        for text, found in zip(texts, tokenizer.encode_batch(texts)):
            yield answer(text, found, tokenizer)
        for _ in range(BATCH // 20):
            text, pair = source.choice(texts), source.choice(texts)
            found = tokenizer.encode(text, pair)
            yield {"text": text, "pair": pair, "ids": found.ids, "tokenTypeIds": found.type_ids, "sequenceIds": found.sequence_ids}
            three = [source.choice(texts) for _ in range(3)]
            found = tokenizer.encode(three, is_pretokenized=True)
            yield {"words": three, "ids": found.ids, "wordIds": found.word_ids}


def compare(name, seed, count):
    base, config, parts = KINDS[name]
    tokenizer = build(base, parts)
    node = subprocess.Popen(["node", COMPARE, name], stdin=subprocess.PIPE, text=True, encoding="utf-8")
    first = {"tokenizer": json.loads(tokenizer.to_str()), "config": config}
    node.stdin.write(f"{json.dumps(first)}\n")
    source = random.Random(f"{seed} {name}")
    for text in HARD:
        node.stdin.write(f"{json.dumps(answer(text, tokenizer.encode(text), tokenizer))}\n")
    for line in answers(tokenizer, source, count, words_of(name)):
        node.stdin.write(f"{json.dumps(line)}\n")
    node.stdin.close()
    return node.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    arguments = parser.parse_args()
    kinds = arguments.kinds or list(KINDS)
    sys.exit(max([compare(name, arguments.seed, arguments.count) for name in kinds]))


main()
