"""Writes test/goldens/family/*.jsonl: what the Rust tokenizers library makes of texts, for the tokenizers beside them.

    pip install tokenizers==0.23.3
    python tools/goldens/make-tokenizer-goldens.py

A file begins with the tokenizer it is of: the .json it starts from, and what is put in place of its parts.
"""
import json
import random

import tokenizers

from tokenizer_answers import answer, pair_answer, words_answer
from tokenizer_kinds import FOLDER, HARD, KINDS, build, random_text, words_of

# Of the tokenizers that are met most there are more texts.
LARGE = ["roberta", "roberta-prefix-space", "roberta-untrimmed", "xlm-roberta", "unigram-metaspace"]


def main():
    for name, (base, config, parts) in KINDS.items():
        tokenizer = build(base, parts)
        if "added_tokens" in parts:
            # With the ids that the library gives them.
            parts = {**parts, "added_tokens": json.loads(tokenizer.to_str())["added_tokens"]}
        source = random.Random(name)
        texts = HARD + [random_text(source, words_of(name)) for _ in range(160 if name in LARGE else 40)]
        lines = [{"tokenizers": tokenizers.__version__, "base": base, "config": config, "parts": parts}]
        lines += [answer(text, tokenizer.encode(text), tokenizer) for text in texts]
        for _ in range(20):
            lines.append(pair_answer(source.choice(texts), source.choice(texts), tokenizer))
            lines.append(words_answer([source.choice(texts) for _ in range(3)], tokenizer))
        path = FOLDER / f"{name}.jsonl"
        path.write_text("".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines))
        print(name, path.stat().st_size)


main()
