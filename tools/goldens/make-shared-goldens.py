"""Writes small random ALBERTs and MPNets and what PyTorch makes of some ids, to test/goldens/families/albert-* and mpnet-*,
what their tokenizers make of texts, and which distances share a bucket, to test/goldens/mpnet-buckets.json.

    pip install torch transformers==5.16.1 tokenizers==0.23.3 safetensors sentencepiece protobuf
    python tools/goldens/make-shared-goldens.py

A model for each thing that config.json may say.
"""
import json

import torch
import transformers
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

from golden_models import LENGTHS, OUT, expected, random_model, save

COMMON = dict(vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, initializer_range=0.3)
ALBERT = dict(COMMON, embedding_size=10, max_position_embeddings=160, num_hidden_layers=3)
MPNET = dict(COMMON, max_position_embeddings=162)
A = transformers.AlbertConfig
M = transformers.MPNetConfig
MODELS = {
    # As all that Google gave out: one layer, passed again and again.
    "albert-tokens": (transformers.AlbertForTokenClassification, A, dict(ALBERT, num_labels=5)),
    # Two groups of two layers, over five passes; heads of an odd width; the other GELU.
    "albert-groups": (
        transformers.AlbertForTokenClassification, A,
        dict(ALBERT, hidden_size=21, num_hidden_layers=5, num_hidden_groups=2, inner_group_num=2, hidden_act="gelu", num_labels=4),
    ),
    # More groups than passes: some are never used.
    "albert-unused": (transformers.AlbertModel, A, dict(ALBERT, num_hidden_layers=2, num_hidden_groups=3)),
    "albert-text": (transformers.AlbertForSequenceClassification, A, dict(ALBERT, num_labels=3, hidden_act="relu")),
    "albert-words": (transformers.AlbertForMaskedLM, A, dict(ALBERT, type_vocab_size=1)),
    "mpnet-tokens": (transformers.MPNetForTokenClassification, M, dict(MPNET, num_labels=5)),
    "mpnet-text": (transformers.MPNetForSequenceClassification, M, dict(MPNET, num_labels=3, hidden_act="relu", layer_norm_eps=1e-5)),
    # The id of padding is 1 in MPNet's code, whatever config.json says.
    "mpnet-words": (transformers.MPNetForMaskedLM, M, dict(MPNET, hidden_size=21, pad_token_id=5)),
    "mpnet-bare": (transformers.MPNetModel, M, dict(MPNET, num_attention_heads=1, max_position_embeddings=310)),
}


def main():
    distances = torch.arange(-700, 701)
    # The code has a key's place less a query's.
    buckets = MPNetEncoder.relative_position_bucket(-distances)
    (OUT.parent / "mpnet-buckets.json").write_text(json.dumps(buckets.tolist(), separators=(",", ":")) + "\n")
    for name, (kind, config_kind, settings) in MODELS.items():
        model, generator = random_model(kind, config_kind, settings)
        longest = model.config.max_position_embeddings - (2 if model.config.model_type == "mpnet" else 0)
        attentions = name in ("albert-text", "mpnet-tokens")
        # The id of padding stands nowhere: its place would be another.
        save(name, model, expected(model, model.config.vocab_size, generator, [*LENGTHS, longest], attentions, first=2))


main()
