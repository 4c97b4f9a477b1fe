"""Inputs that anyone has: sentences of everyday.py in place of the corpora, and random models.

They stand in files of the same form as real ones, and all steps take minutes. What is learned is of no use.
"""

import json
import shutil

import torch
from transformers import BertConfig, BertForMaskedLM, BertForTokenClassification

from corpora import LABEL_IDS, LABELS
from everyday import Everyday
from inputs import ROOT
from prepare import UNLABELLED

SIZES = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96)
SENTENCES_A_DOCUMENT = 8


def columns(sentences):
    """As CoNLL-2003 has them: word, part of speech, phrase, tag; documents begin with -DOCSTART-."""
    lines = []
    for number, sentence in enumerate(sentences):
        if number % SENTENCES_A_DOCUMENT == 0:
            lines += ["-DOCSTART- -X- -X- O", ""]
        lines += [f"{word} NN B-NP {tag}" for word, tag in zip(sentence.words, sentence.tags)]
        lines.append("")
    return "\n".join(lines)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_model(folder, kind, **more):
    """A random BERT of two layers with the vocabulary that ships."""
    torch.manual_seed(6)
    vocabulary = (ROOT / "weights/vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    model = kind(BertConfig(vocab_size=len(vocabulary), **SIZES, **more))
    model.save_pretrained(folder)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(ROOT / "weights" / name, folder / name)


def make_inputs(folder):
    """Writes the inputs and the plan that names them, inputs.json; gives the plan's path."""
    everyday = Everyday(5)

    def draw(count):
        return [everyday.sentence() for _ in range(count)]

    training = draw(400)
    write_text(folder / "train.txt", columns(training))
    write_text(folder / "valid.txt", columns(draw(60)))
    # One sentence of the training set, which prepare.py has to leave out.
    write_text(folder / "wikigold.conll", columns(training[:1]))
    for name in UNLABELLED:
        write_text(folder / "corpora" / name, columns(draw(6)))
    contexts = [
        " ".join(" ".join(sentence.words).capitalize() + " ." for sentence in draw(4)) for _ in range(3)
    ]
    squad = dict(data=[dict(paragraphs=[dict(context=context) for context in contexts])])
    write_text(folder / "squad-dev.json", json.dumps(squad))
    write_model(folder / "bert", BertForMaskedLM)
    write_model(
        folder / "student", BertForTokenClassification, id2label=dict(enumerate(LABELS)), label2id=LABEL_IDS
    )
    plan = dict(
        conll="train.txt",
        corpora="corpora",
        squad=["squad-dev.json"],
        held_out=["wikigold.conll"],
        bert="bert",
        student="student",
        development="valid.txt",
        more={"development set again": "valid.txt"},
        teachers=2,
        teacher_passes=2,
        students=2,
        steps=120,
        rate=1e-2,
        int8=True,
        every=4,
    )
    write_text(folder / "inputs.json", json.dumps(plan, indent=2) + "\n")
    return folder / "inputs.json"
