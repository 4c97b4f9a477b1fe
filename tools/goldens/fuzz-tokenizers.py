"""Compares with the Rust tokenizers library on random texts: ids, places, words, decoded text; pairs and words too.

    pip install tokenizers==0.23.3
    npm run build && python tools/goldens/fuzz-tokenizers.py [--count 100000] [--seed 1] [KIND...]

A kind is one of tokenizer_kinds.py; without one all are compared. Says what differs, and ends with 1 if anything does
but places that test/goldens/family/wrong-places.json knows to be the library's mistakes.
"""
import json
import random

from tokenizer_answers import BATCH, answer, compare, main, pair_answer, words_answer
from tokenizer_kinds import HARD, KINDS, build, random_text, words_of


def answers(tokenizer, source, count, words):
    """Nine in ten are texts, the others pairs and lists of words."""
    for first in range(0, count, BATCH):
        texts = [random_text(source, words) for _ in range(min(BATCH, count - first))]
        for text, found in zip(texts, tokenizer.encode_batch(texts)):
            yield answer(text, found, tokenizer)
        for _ in range(BATCH // 20):
            yield pair_answer(source.choice(texts), source.choice(texts), tokenizer)
            yield words_answer([source.choice(texts) for _ in range(3)], tokenizer)


def lines(name, seed, count):
    base, config, parts = KINDS[name]
    tokenizer = build(base, parts)
    yield {"tokenizer": json.loads(tokenizer.to_str()), "config": config}
    for text in HARD:
        yield answer(text, tokenizer.encode(text), tokenizer)
    yield from answers(tokenizer, random.Random(f"{seed} {name}"), count, words_of(name))


main(KINDS, "KIND", lambda name, seed, count: compare(name, lines(name, seed, count)))
