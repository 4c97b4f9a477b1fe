"""Writes small random DeBERTas and what PyTorch makes of some ids, to test/goldens/families/deberta-*, and which distances
share rows, to test/goldens/deberta-buckets.json.

    pip install torch transformers==5.16.1 safetensors
    python tools/goldens/make-deberta-goldens.py

A model for each thing that config.json may say. `deberta-v2` and `deberta-v3` there, which have tokenizers, are not made here.
"""
import json

import torch
import transformers
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

from golden_models import OUT, expected, randomize, save

COMMON = dict(
    vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
    max_position_embeddings=160, type_vocab_size=0, relative_attention=True, initializer_range=0.3,
)
V3 = dict(
    COMMON, position_buckets=32, norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type="p2c|c2p",
    position_biased_input=False, max_relative_positions=-1,
)
V2 = transformers.DebertaV2Config
V1 = transformers.DebertaConfig
MODELS = {
    # Nearly all distances share rows, and heads are of an odd width.
    "deberta-buckets": (transformers.DebertaV2ForTokenClassification, V2, dict(V3, hidden_size=21, position_buckets=8, num_labels=5)),
    # Only positions as queries, of projections of their own, with absolute positions and types; longer than it has distances.
    "deberta-p2c": (
        transformers.DebertaV2ForTokenClassification, V2,
        dict(V3, pos_att_type=["p2c"], share_att_key=False, norm_rel_ebd="none", position_biased_input=True, type_vocab_size=2,
             position_buckets=-1, max_relative_positions=50, hidden_act="relu"),
    ),
    "deberta-convolution": (
        transformers.DebertaV2ForTokenClassification, V2, dict(V3, conv_kernel_size=3, conv_act="gelu", norm_rel_ebd="layer_norm"),
    ),
    "deberta-convolution-tanh": (
        transformers.DebertaV2ForTokenClassification, V2, dict(V3, conv_kernel_size=5, share_att_key=False, num_hidden_layers=1),
    ),
    "deberta-text": (transformers.DebertaV2ForSequenceClassification, V2, dict(V3, num_labels=3, pooler_hidden_act="tanh")),
    "deberta-words": (transformers.DebertaV2ForMaskedLM, V2, dict(V3, pos_att_type="c2p")),
    "deberta-words-own": (transformers.DebertaV2ForMaskedLM, V2, dict(V3, legacy=False)),
    "deberta-first": (
        transformers.DebertaForTokenClassification, V1,
        dict(COMMON, position_biased_input=False, pos_att_type="c2p|p2c", num_labels=4),
    ),
    "deberta-first-text": (
        transformers.DebertaForSequenceClassification, V1,
        dict(COMMON, max_relative_positions=60, pos_att_type=["c2p"], type_vocab_size=2, num_labels=2),
    ),
    "deberta-first-words": (
        transformers.DebertaForMaskedLM, V1, dict(COMMON, position_biased_input=False, pos_att_type=["p2c"], num_hidden_layers=1),
    ),
}


# Buckets on either side, and the distance of the last.
BUCKETS = [
    (256, 512), (32, 256), (8, 160), (64, 512), (128, 1024), (256, 1024), (320, 512), (100, 300), (48, 4096), (512, 514),
]


def rows_of(buckets, most):
    distances = torch.arange(0, min(2 * most, 3000))
    rows = make_log_bucket_position(distances, buckets, most).to(torch.long)
    return {"buckets": buckets, "maxDistance": most, "rows": torch.clamp(rows, -buckets, buckets - 1).tolist()}


def main():
    lines = [json.dumps(rows_of(*shape), separators=(",", ":")) for shape in BUCKETS]
    (OUT.parent / "deberta-buckets.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    for name, (kind, config_kind, settings) in MODELS.items():
        generator = torch.Generator().manual_seed(7)
        settings = dict(settings)
        labels = settings.pop("num_labels", None)
        config = config_kind(**settings, **({"num_labels": labels} if labels else {}))
        model = kind(config).eval()
        randomize(model, generator)
        save(name, model, expected(model, config.vocab_size, generator, attentions=name == "deberta-buckets"))


main()
