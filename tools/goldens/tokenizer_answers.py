"""What the Rust tokenizers library makes of texts, in lines as compare-tokenizer.mjs and the goldens have them."""
import argparse
import json
import pathlib
import subprocess
import sys

from tokenizer_kinds import units

COMPARE = pathlib.Path(__file__).parent / "compare-tokenizer.mjs"
BATCH = 1000


def answer(text, found, tokenizer):
    at = units(text)
    offsets = [[at[start], at[end]] for start, end in found.offsets]
    return {"text": text, "ids": found.ids, "offsets": offsets, "wordIds": found.word_ids, "decoded": tokenizer.decode(found.ids)}


def pair_answer(text, pair, tokenizer):
    found = tokenizer.encode(text, pair)
    return {"text": text, "pair": pair, "ids": found.ids, "tokenTypeIds": found.type_ids, "sequenceIds": found.sequence_ids}


def words_answer(words, tokenizer):
    found = tokenizer.encode(words, is_pretokenized=True)
    return {"words": words, "ids": found.ids, "wordIds": found.word_ids}


def compare(name, lines):
    """Hands lines to compare-tokenizer.mjs. Returns its exit code."""
    node = subprocess.Popen(["node", COMPARE, name], stdin=subprocess.PIPE, text=True, encoding="utf-8")
    for line in lines:
        node.stdin.write(f"{json.dumps(line)}\n")
    node.stdin.close()
    return node.wait()


def main(names, metavar, compare_one):
    """Compares what the command line names, or all; ends with 1 if anything differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar=metavar)
    arguments = parser.parse_args()
    sys.exit(max([compare_one(name, arguments.seed, arguments.count) for name in arguments.names or list(names)]))
