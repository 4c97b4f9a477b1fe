"""Step 2: the teacher. `adapt` fine-tunes a BERT over documents, `label` asks one or more of each sentence.

    python teach.py adapt --base BERT --conll train.txt --out work/teacher-1 --seed 1
    python teach.py label --teacher work/teacher-1 --sentences work/sentences.jsonl --out work/targets.npy

`adapt` learns low-rank adapters (W + B A; Hu et al. 2021, "LoRA") of all six Linear layers of each layer and
the head, on windows of whole sentences of a document, so that a sentence is read with its neighbours. `label`
writes the logarithm of the mean of the teachers' probabilities for every piece [pieces, 9], as float16. Both
save their state as they go, and go on from there when they are run again.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn
from transformers import BertConfig, BertForTokenClassification

from corpora import LABEL_IDS, LABELS, read_documents, read_sentences, seeded
from pieces import Pieces, batches_of, piece_labels
from progress import Progress, add_state_options, load_state, save_state, stop_at, went_on

RANK, SCALE = 16, 2.0  # of the adapters; SCALE is alpha / rank
PIECES_A_BATCH = 1600


class Adapted(nn.Module):
    """A Linear layer whose weights stay, and a low-rank product that is added to them."""

    def __init__(self, linear):
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, rows):
        return self.linear(rows) + functional.linear(
            functional.linear(rows, self.down.to(rows.dtype)), (self.up * SCALE).to(rows.dtype)
        )

    def merged(self):
        with torch.no_grad():
            self.linear.weight.add_((SCALE * self.up @ self.down).to(self.linear.weight.dtype))
        return self.linear


def linear_layers(model):
    """(parent, name) of the six Linear layers of each encoder layer."""
    for layer in model.bert.encoder.layer:
        attention = layer.attention
        yield from [(attention.self, "query"), (attention.self, "key"), (attention.self, "value")]
        yield from [(attention.output, "dense"), (layer.intermediate, "dense"), (layer.output, "dense")]


def document_windows(documents, pieces, rng):
    """(ids, labels) of windows of whole sentences of a document: one, or all that fit in 64 to 400 pieces."""
    windows = []
    for document in documents:
        ids, labels, most = [], [], 0
        for sentence in document:
            more, word_ids = pieces.of_sentence(sentence.words)
            if ids and len(ids) + len(more) > most:
                windows.append((ids, labels))
                ids, labels = [], []
            if not ids:
                most = rng.choice([0, 64, 128, 200, 400])
            ids, labels = ids + more, labels + piece_labels(sentence.tags, word_ids)
        if ids:
            windows.append((ids, labels))
    return windows


def passes_of(documents, pieces, seed, count):
    """Batches of windows of so many passes, each pass with its own windows and order."""
    for number in range(count):
        windows = document_windows(documents, pieces, seeded(seed * 100 + number))
        for batch in batches_of([len(ids) for ids, _ in windows], PIECES_A_BATCH, seeded(seed + number)):
            yield [windows[index] for index in batch]


def padded(windows, pieces):
    """Token ids, attention mask and labels [batch, longest + 2] of windows."""
    length = max(len(ids) for ids, _ in windows) + 2
    ids = torch.zeros(len(windows), length, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, (window, known) in enumerate(windows):
        ids[row, : len(window) + 2] = torch.tensor([pieces.start, *window, pieces.end])
        mask[row, : len(window) + 2] = 1
        if known is not None:
            labels[row, 1 : len(window) + 1] = torch.tensor(known)
    return ids, mask, labels


def adapt(options):
    torch.manual_seed(options.seed)
    out = Path(options.out)
    pieces = Pieces(Path(options.base, "vocab.txt"))
    config = BertConfig.from_pretrained(
        options.base, num_labels=len(LABELS), id2label=dict(enumerate(LABELS)), label2id=LABEL_IDS
    )
    config.hidden_dropout_prob, config.attention_probs_dropout_prob = 0.05, 0.0
    model = BertForTokenClassification.from_pretrained(options.base, config=config, dtype=torch.float32)
    model.bert.requires_grad_(False)
    for parent, name in linear_layers(model):
        setattr(parent, name, Adapted(getattr(parent, name)))
    adapters = [p for name, p in model.named_parameters() if p.requires_grad and "classifier" not in name]
    groups = [dict(params=adapters, lr=7e-4), dict(params=model.classifier.parameters(), lr=2e-3)]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rates = [group["lr"] for group in optimizer.param_groups]
    documents = read_documents(options.conll, "conll")
    batches = list(passes_of(documents, pieces, options.seed, options.passes))[: options.steps]
    first = load_state(out, model, optimizer)["step"]
    progress = Progress("adapt", len(batches), first)
    model.train()
    for step in range(first + 1, len(batches) + 1):
        ids, mask, labels = padded(batches[step - 1], pieces)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * min(1, step / 40) * max(0.02, 1 - (step - 1) / len(batches))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(input_ids=ids, attention_mask=mask).logits.float()
        loss = functional.cross_entropy(logits.view(-1, len(LABELS)), labels.view(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
        optimizer.step()
        progress.step(loss=loss.detach())
        if step % options.every == 0:
            save_state(out, step, model, optimizer)
        stop_at(step, options)
    for parent, name in linear_layers(model):
        setattr(parent, name, getattr(parent, name).merged())
    model.save_pretrained(out)
    (out / "vocab.txt").write_bytes(Path(options.base, "vocab.txt").read_bytes())


def label(options):
    out = Path(options.out)
    sentences = read_sentences(options.sentences)
    pieces = Pieces(Path(options.teacher[0], "vocab.txt"))
    teachers = [
        BertForTokenClassification.from_pretrained(path, dtype=torch.bfloat16).eval()
        for path in options.teacher
    ]
    ids = [pieces.of_sentence(sentence.words)[0] for sentence in sentences]
    starts = np.cumsum([0, *map(len, ids)])
    batches = batches_of([len(one) for one in ids], 4000)
    partial, count = (
        out.with_suffix(".partial"),
        out.with_suffix(".count"),
    )  # the rows, and how many batches are in them
    first = int(count.read_text()) if count.exists() else 0
    if first:
        went_on(first)
    rows = np.lib.format.open_memmap(
        partial, "r+" if first else "w+", dtype=np.float16, shape=(int(starts[-1]), len(LABELS))
    )
    progress = Progress("label", len(batches), first)
    for step, batch in enumerate(batches[first:], first + 1):
        tokens, mask, _ = padded([(ids[i], None) for i in batch], pieces)
        with torch.no_grad():
            answers = [
                teacher(input_ids=tokens, attention_mask=mask).logits.float().softmax(-1)
                for teacher in teachers
            ]
        mean = (sum(answers) / len(answers)).log().clamp(-30)
        for row, index in enumerate(batch):
            rows[starts[index] : starts[index + 1]] = mean[row, 1 : len(ids[index]) + 1].numpy()
        progress.step()
        if step % options.every == 0:
            rows.flush()
            count.write_text(str(step))
        stop_at(step, options)
    rows.flush()
    partial.replace(out)
    count.unlink(missing_ok=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("adapt")
    command.add_argument(
        "--base", required=True, help="folder of a BERT with a cased vocabulary, as transformers reads it"
    )
    command.add_argument("--conll", required=True)
    command.add_argument("--out", required=True)
    command.add_argument("--passes", type=int, default=3)
    command.add_argument("--steps", type=int, help="stop after so many, for a quick run")
    command.add_argument("--seed", type=int, default=1)
    add_state_options(command, every=100)
    command.set_defaults(run=adapt)
    command = commands.add_parser("label")
    command.add_argument("--teacher", nargs="+", required=True)
    command.add_argument("--sentences", required=True)
    command.add_argument("--out", required=True)
    add_state_options(command, every=20)
    command.set_defaults(run=label)
    options = parser.parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    main()
