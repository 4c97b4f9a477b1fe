"""Writes test/goldens/checkpoints/deidentifier: the files of StanfordAIMI/stanford-deidentifier-base with a tiny BERT in them.

usage: python tools/goldens/make-checkpoint-fixture.py      with torch 2

That repository has a pickle, no safetensors and no tokenizer.json; an uncased vocabulary; labels without prefixes.
The weights are random, but for the classifier: zeros, with a bias that takes PATIENT for every token.
"""
import json
import shutil
from collections import OrderedDict
from pathlib import Path

import torch

OUT = Path(__file__).parent.parent.parent / "test/goldens/checkpoints/deidentifier"
V, P, H, A, I, L = 20, 24, 16, 4, 32, 2
LABELS = ["O", "VENDOR", "DATE", "HCW", "HOSPITAL", "ID", "PATIENT", "PHONE"]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "angela", "merkel", "met", "tim", "cook", "in", "berlin", "##s", ".", "!", "was", "seen", "by", "dr", "##x"]
SPECIAL = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}

torch.manual_seed(11)
state = OrderedDict()


def linear(name, rows, columns):
    state[f"{name}.weight"], state[f"{name}.bias"] = torch.randn(rows, columns) / 8, torch.randn(rows) / 8


def norm(name):
    state[f"{name}.weight"], state[f"{name}.bias"] = torch.ones(H), torch.zeros(H)


state["bert.embeddings.position_ids"] = torch.arange(P).reshape(1, P)
for name, rows in (("word", V), ("position", P), ("token_type", 2)):
    state[f"bert.embeddings.{name}_embeddings.weight"] = torch.randn(rows, H)
norm("bert.embeddings.LayerNorm")
for layer in range(L):
    at = f"bert.encoder.layer.{layer}"
    for part in ("self.query", "self.key", "self.value", "output.dense"):
        linear(f"{at}.attention.{part}", H, H)
    norm(f"{at}.attention.output.LayerNorm")
    linear(f"{at}.intermediate.dense", I, H)
    linear(f"{at}.output.dense", H, I)
    norm(f"{at}.output.LayerNorm")
state["classifier.weight"] = torch.zeros(len(LABELS), H)
state["classifier.bias"] = torch.tensor([9.0 * (label == "PATIENT") for label in LABELS])

shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)
torch.save(state, OUT / "pytorch_model.bin")
(OUT / "vocab.txt").write_text("\n".join(WORDS) + "\n")
(OUT / "special_tokens_map.json").write_text(json.dumps(SPECIAL))
(OUT / "tokenizer_config.json").write_text(json.dumps({
    "do_lower_case": True, **SPECIAL, "tokenize_chinese_chars": True, "strip_accents": None, "model_max_length": 1000000000000000019884624838656,
    "do_basic_tokenize": True, "never_split": None, "special_tokens_map_file": None, "tokenizer_class": "BertTokenizer",
}))
(OUT / "config.json").write_text(json.dumps({
    "architectures": ["BertForTokenClassification"], "attention_probs_dropout_prob": 0.1, "classifier_dropout": None, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1, "hidden_size": H, "id2label": dict(enumerate(LABELS)), "initializer_range": 0.02, "intermediate_size": I,
    "label2id": {label: i for i, label in enumerate(LABELS)}, "layer_norm_eps": 1e-12, "max_position_embeddings": P, "model_type": "bert",
    "num_attention_heads": A, "num_hidden_layers": L, "pad_token_id": 0, "position_embedding_type": "absolute", "torch_dtype": "float32",
    "transformers_version": "4.17.0", "type_vocab_size": 2, "use_cache": True, "vocab_size": V,
}, indent=2) + "\n")
