"""Teaches a BERT model labels of your own, of a few hundred examples, on a processor in minutes.

    python train.py START EXAMPLES OUT

START is a folder that transformers reads (iobert convert writes the model that ships as one) or a name on the Hugging
Face Hub; EXAMPLES are CoNLL columns or JSON lines (examples.py); OUT becomes a folder that loadRecognizer reads.
"""

import argparse
import math
import os
import random
import time

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from examples import Example, read_examples

IGNORED = -100  # torch's mark of a position that has no label: [CLS], [SEP] and padding


def main() -> None:
    options = read_options()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.use_deterministic_algorithms(True)

    examples = read_examples(options.examples)
    types = sorted({span.type for example in examples for span in example.spans})
    labels = ["O", *(f"{position}-{type}" for type in types for position in "BI")]
    tokenizer = AutoTokenizer.from_pretrained(options.start, use_fast=True)
    model = AutoModelForTokenClassification.from_pretrained(
        options.start,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        dtype=torch.float32,
        ignore_mismatched_sizes=True,  # the head for the old labels makes room for a new one
    )
    # Also where there were as many labels before: their meanings were others.
    torch.nn.init.normal_(model.classifier.weight, std=0.02)
    torch.nn.init.zeros_(model.classifier.bias)

    # Few examples say nothing of most words, so their vectors stay as they are, and the layers above learn.
    model.get_input_embeddings().requires_grad_(False)

    windows = [window for example in examples for window in encode(example, tokenizer, model.config, labels)]
    print(f"{len(examples)} examples, {len(windows)} windows, {len(types)} types: {', '.join(types)}")
    train(model, windows, tokenizer.pad_token_id, options)
    save(model, tokenizer, options.out)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start")
    parser.add_argument("examples")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=6, help="how often each example is seen (default %(default)s)")
    parser.add_argument("--batch", type=int, default=8, help="examples a step (default %(default)s)")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate (default %(default)s; BERT-base: 5e-5)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same weights (default %(default)s)")
    return parser.parse_args()


def encode(example: Example, tokenizer, config, labels: list[str]) -> list[tuple[list[int], list[int]]]:
    """Ids and label ids of a text's pieces, in as many windows as it takes.

    Every piece of a word has the label of the word, since iobert's default averages over a word's pieces.
    """
    encoding = tokenizer(
        example.text,
        truncation=True,
        max_length=min(512, config.max_position_embeddings),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    windows = []
    for row, ids in enumerate(encoding["input_ids"]):
        targets, label, word_before = [], IGNORED, None
        for word, (start, _) in zip(encoding.word_ids(row), encoding["offset_mapping"][row]):
            if word is None:
                label = IGNORED
            elif word != word_before:
                span = next((span for span in example.spans if span.start <= start < span.end), None)
                tag = "O" if span is None else f"{'B' if start == span.start else 'I'}-{span.type}"
                label = labels.index(tag)
            targets.append(label)
            word_before = word
        windows.append((ids, targets))
    return windows


def train(model, windows: list, pad_id: int, options: argparse.Namespace) -> None:
    """AdamW; the rate grows over the first tenth of the steps, and falls to 0 in a line from there."""
    steps = options.epochs * math.ceil(len(windows) / options.batch)
    optimizer = torch.optim.AdamW([weights for weights in model.parameters() if weights.requires_grad], lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.1 * steps + 1), (steps - step) / (0.9 * steps))
    )
    model.train()
    began, step = time.monotonic(), 0
    for epoch in range(1, options.epochs + 1):
        losses = []
        for batch in shuffled_batches(windows, options.batch):
            ids, targets = zip(*batch)
            input_ids, attention_mask = pad(ids, pad_id), pad([[1] * len(row) for row in ids], 0)
            loss = model(input_ids=input_ids, attention_mask=attention_mask, labels=pad(targets, IGNORED)).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
        left = (time.monotonic() - began) / step * (steps - step)
        print(f"epoch {epoch}/{options.epochs}, loss {sum(losses) / len(losses):.4f}, {left:.0f} s left", flush=True)


def shuffled_batches(windows: list, size: int) -> list[list]:
    """Windows of about the same length together, so that little is padding; other batches in each epoch."""
    by_length = sorted(windows, key=lambda window: len(window[0]) + random.uniform(0, 8))
    batches = [by_length[first : first + size] for first in range(0, len(windows), size)]
    random.shuffle(batches)
    return batches


def pad(rows, filler: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def save(model, tokenizer, out: str) -> None:
    model.config.label_scheme = "IOB2"  # iobert decodes by it; transformers carries it along
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    size = os.path.getsize(os.path.join(out, "model.safetensors"))
    print(f"{out}: {size / 1e6:.0f} MB of float32; iobert quantize {out} {out}-int8 makes a quarter of it")


if __name__ == "__main__":
    main()
