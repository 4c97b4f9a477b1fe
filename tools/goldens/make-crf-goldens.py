"""Writes test/goldens/crf.json: the label sequences that pytorch-crf finds for random logits and random transitions.

    pip install torch pytorch-crf==0.7.2
    python tools/goldens/make-crf-goldens.py

The numbers are not stored: test/random.ts makes the same ones from the seed of each case, in the order of `case`.
"""
import json
import pathlib

import torch
from torchcrf import CRF

CASES = 3000
OUT = pathlib.Path(__file__).parent.parent.parent / "test/goldens/crf.json"
WHOLE = 2**32


def seeded(seed):
    """mulberry32, as test/random.ts has it."""
    state = seed

    def times(a, b):
        return a * b % WHOLE

    def random():
        nonlocal state
        state = (state + 0x6D2B79F5) % WHOLE
        t = times(state ^ (state >> 15), 1 | state)
        t = (t + times(t ^ (t >> 7), 61 | t)) % WHOLE ^ t
        return (t ^ (t >> 14)) / WHOLE

    return random


def case(seed):
    """Labels, rows, and then logits, start, end, transitions and, for odd seeds, AllenNLP's mask."""
    random = seeded(seed)
    labels, rows = 2 + int(random() * 8), 1 + int(random() * 12)
    numbers = lambda *shape: torch.tensor([4 * (2 * random() - 1) for _ in range(torch.Size(shape).numel())], dtype=torch.float32).view(shape)
    logits, start, end, transitions = numbers(rows, labels), numbers(labels), numbers(labels), numbers(labels, labels)
    if seed % 2 == 0:
        return logits, start, end, transitions
    mask = torch.tensor([float(random() < 0.8) for _ in range((labels + 2) ** 2)]).view(labels + 2, labels + 2)
    forbidden = lambda scores, allowed: torch.where(allowed > 0, scores, torch.tensor(-10000.0))
    return (
        logits,
        forbidden(start, mask[labels, :labels]),
        forbidden(end, mask[:labels, labels + 1]),
        forbidden(transitions, mask[:labels, :labels]),
    )


def path(seed):
    logits, start, end, transitions = case(seed)
    crf = CRF(len(start), batch_first=True).double()
    with torch.no_grad():
        crf.start_transitions.copy_(start)
        crf.end_transitions.copy_(end)
        crf.transitions.copy_(transitions)
    return "".join(str(label) for label in crf.decode(logits[None].double())[0])


def main():
    OUT.write_text(json.dumps([path(seed) for seed in range(CASES)], separators=(",", ":")) + "\n")
    print(OUT.stat().st_size)


main()
