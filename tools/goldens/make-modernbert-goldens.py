"""Writes small random ModernBERTs and what PyTorch makes of some ids, to test/goldens/families/modernbert-*.

    pip install torch transformers==5.16.1 safetensors
    python tools/goldens/make-modernbert-goldens.py

A model for each thing that config.json may say. `modernbert` there, which has a tokenizer, is not made here.
"""
import torch
import transformers

from golden_models import LENGTHS, expected, randomize, save

COMMON = dict(
    vocab_size=60, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=20,
    max_position_embeddings=160, local_attention=12, pad_token_id=0, bos_token_id=1, cls_token_id=1, eos_token_id=2, sep_token_id=2,
)
TOKENS = transformers.ModernBertForTokenClassification
TEXT = transformers.ModernBertForSequenceClassification
WORDS = transformers.ModernBertForMaskedLM
BIASES = dict(attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True)


def as_version_4(config):
    """The keys of before layer_types and rope_parameters."""
    parameters = config.pop("rope_parameters")
    config.pop("layer_types")
    config["global_rope_theta"] = parameters["full_attention"]["rope_theta"]
    config["local_rope_theta"] = parameters["sliding_attention"]["rope_theta"]
    config["position_embedding_type"] = "sans_pos"


def same(config):
    pass


MODELS = {
    # Every module has a bias, and a head's pairs are of an odd number.
    "modernbert-biases": (
        TOKENS, dict(COMMON, **BIASES, hidden_size=30, num_hidden_layers=5, global_attn_every_n_layers=2, num_labels=5), same,
    ),
    # Begins with a local layer; an odd window; a gate behind another activation.
    "modernbert-types": (
        TOKENS,
        dict(
            COMMON, local_attention=33, hidden_activation="silu", classifier_activation="relu", norm_eps=1e-3, num_labels=4,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rope_parameters={
                "full_attention": {"rope_type": "default", "rope_theta": 500.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 90000.0},
            },
        ),
        same,
    ),
    # Each token meets only itself in local layers.
    "modernbert-alone": (TOKENS, dict(COMMON, local_attention=1, num_labels=3), same),
    "modernbert-text": (TEXT, dict(COMMON, num_labels=3), same),
    "modernbert-text-mean": (TEXT, dict(COMMON, classifier_pooling="mean", num_hidden_layers=2, classifier_bias=True, num_labels=2), same),
    "modernbert-words": (WORDS, COMMON, same),
    "modernbert-words-own": (WORDS, dict(COMMON, decoder_bias=False, tie_word_embeddings=False, num_hidden_layers=2), same),
    # An encoder without a head, whose config.json is as version 4 of transformers wrote it.
    "modernbert-bare": (transformers.ModernBertModel, dict(COMMON, global_attn_every_n_layers=2), as_version_4),
    # Windows as wide as those of published models, in texts longer than BERT reads.
    "modernbert-long": (
        TOKENS,
        dict(COMMON, hidden_size=16, num_attention_heads=2, intermediate_size=8, max_position_embeddings=1400, local_attention=128, num_labels=2),
        same,
    ),
}


def main():
    for name, (kind, settings, written_as) in MODELS.items():
        generator = torch.Generator().manual_seed(7)
        config = transformers.ModernBertConfig(**settings, attn_implementation="eager")
        model = kind(config).eval()
        randomize(model, generator)
        attentions = name == "modernbert-biases"
        lengths = [3, 1300] if name == "modernbert-long" else LENGTHS[:5] if attentions else LENGTHS
        save(name, model, expected(model, config.vocab_size, generator, lengths, attentions), written_as)


main()
