"""Step 3: the student. It learns the teacher's probabilities, the gold labels, and what everyday.py makes.

    python distil.py --student FOLDER --sentences sentences.jsonl --targets targets.npy --out work/student-1
    python distil.py --mean work/student-1 work/student-2 --out work/student

The loss of a piece is 2 KL(teacher || student) where the teacher was asked (Hinton et al. 2015, "Distilling
the Knowledge in a Neural Network") plus the cross-entropy of its gold label; lesson.py says what a pass is
made of. What is written is the running mean of the weights. `--mean` writes the mean of several students,
which was mostly above each of its parts on the development set. A run saves its state as it
goes, and goes on from there when it is run again.
"""

import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import BertForTokenClassification

from corpora import LABELS, read_sentences
from lesson import Lesson
from pieces import Pieces
from progress import Progress, add_state_options, load_state, save_state, stop_at

MEAN = 0.9985  # of the running mean of weights


def tensors(batch, pieces):
    """ids, mask, labels, their weights [windows, longest]; where the teacher was asked, and what it said."""
    length = max(size for size, _ in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    weights, asked, targets = (
        torch.zeros(len(batch), length),
        torch.zeros(len(batch), length, dtype=torch.bool),
        [],
    )
    for row, (_, window) in enumerate(batch):
        ids[row, 0], at = pieces.start, 1
        for unit in window:
            end = at + len(unit.ids)
            ids[row, at:end] = torch.tensor(unit.ids)
            if unit.targets is not None:
                asked[row, at:end] = True
                targets.append(unit.targets)
            if unit.labels is not None:
                labels[row, at:end] = torch.tensor(unit.labels)
                weights[row, at:end] = 0.5 if unit.targets is not None else 1.0
            at = end
        ids[row, at] = pieces.end
        mask[row, : at + 1] = 1
    return ids, mask, labels, weights, asked, targets


def rounded_to_int8(linear):
    """Weights as the file that ships has them, int8 with a scale a row; gradients go straight through."""
    scale = linear.abs().amax(dim=1, keepdim=True) / 127
    return linear + ((linear / scale).round() * scale - linear).detach()


class RoundedLinear(nn.Linear):
    """A Linear layer that computes with rounded weights and learns them as they are."""

    def forward(self, rows):
        return functional.linear(rows, rounded_to_int8(self.weight), self.bias)


def student_model(options):
    model = BertForTokenClassification.from_pretrained(options.student, dtype=torch.float32)
    if model.config.id2label != dict(enumerate(LABELS)):
        raise SystemExit(
            f"{options.student} has the labels {model.config.id2label}. Wanted, in this order: {LABELS}"
        )
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.05
    for layer in model.bert.encoder.layer:
        layer.attention.self.dropout.p = 0.0
        for module in layer.modules():
            if options.int8 and isinstance(module, nn.Linear):
                module.__class__ = RoundedLinear
    return model


def losses(model, batch, pieces):
    """KL(teacher || student) and cross-entropy of the gold labels, each a mean over all pieces of a batch."""
    ids, mask, labels, weights, asked, targets = tensors(batch, pieces)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(input_ids=ids, attention_mask=mask).logits
    logits, count = logits.float(), mask.sum()
    taught = gold = torch.zeros(())
    if targets:
        answers = logits[asked].log_softmax(-1)
        taught = functional.kl_div(answers, torch.cat(targets), reduction="sum", log_target=True) / count
    known = labels >= 0
    if known.any():
        each = functional.cross_entropy(logits[known], labels[known], reduction="none")
        gold = (each * weights[known]).sum() / count
    return taught, gold


def distil(options):
    torch.manual_seed(options.seed)
    out = Path(options.out)
    pieces = Pieces(Path(options.student, "vocab.txt"))
    model = student_model(options)
    mean = copy.deepcopy(model).eval()
    groups = [
        dict(params=[p for p in model.parameters() if p.ndim > 1], weight_decay=0.01),
        dict(params=[p for p in model.parameters() if p.ndim == 1], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=options.rate, foreach=True)
    lesson = Lesson(read_sentences(options.sentences), np.load(options.targets, mmap_mode="r"), pieces)
    state = load_state(out, model, optimizer)
    mean.load_state_dict(state.get("mean", mean.state_dict()))
    # The pass that is learned, and how many batches of it were.
    step, one_pass, place = state["step"], state.get("one_pass", 0), state.get("place", 0)
    progress = Progress("distil", options.steps, step)
    batches = lesson.batches(options.seed * 100 + one_pass)
    model.train()
    while step < options.steps:
        if place == len(batches):
            one_pass, place = one_pass + 1, 0
            batches = lesson.batches(options.seed * 100 + one_pass)
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 100) * max(0.01, 1 - step / options.steps)
        taught, gold = losses(model, batches[place], pieces)
        optimizer.zero_grad(set_to_none=True)
        (2 * taught + gold).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step, place = step + 1, place + 1
        keep = min(MEAN, (step + 1) / (step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), 1 - keep)
        progress.step(teacher=taught.detach(), gold=gold.detach())
        if step % options.every == 0:
            save_state(out, step, model, optimizer, mean=mean.state_dict(), one_pass=one_pass, place=place)
            write(mean, options.student, out)
        stop_at(step, options)
    write(mean, options.student, out)


def write(model, like, out):
    """The weights of a model as float16, with the configuration and vocabulary of the folder it began as."""
    write_folder(
        {name: value for name, value in model.state_dict().items() if "position_ids" not in name}, like, out
    )


def write_mean(folders, out):
    students = [load_file(Path(folder, "model.safetensors")) for folder in folders]
    write_folder(
        {name: sum(s[name].float() for s in students) / len(students) for name in students[0]},
        folders[0],
        out,
    )


def write_folder(weights, like, out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in weights.items()}
    save_file(weights, out / "model.safetensors.partial", {"format": "pt"})
    (out / "model.safetensors.partial").replace(out / "model.safetensors")
    config = json.loads(Path(like, "config.json").read_text(encoding="utf-8"))
    config |= dict(label_scheme="IOB2", torch_dtype="float16")
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name in ("vocab.txt", "tokenizer_config.json"):
        (out / name).write_bytes(Path(like, name).read_bytes())


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--student", help="folder to begin with: float weights, cased vocabulary, the nine labels"
    )
    parser.add_argument("--sentences")
    parser.add_argument("--targets")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--int8", action="store_true", help="compute with weights rounded to int8, for the last pass"
    )
    add_state_options(parser, every=200)
    parser.add_argument("--mean", nargs="+", help="write the mean of these folders, learn nothing")
    parser.add_argument("--out", required=True)
    options = parser.parse_args(arguments)
    if options.mean:
        write_mean(options.mean, options.out)
    else:
        distil(options)


if __name__ == "__main__":
    main()
