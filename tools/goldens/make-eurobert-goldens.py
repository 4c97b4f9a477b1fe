"""Writes small random EuroBERTs and what PyTorch makes of some ids, to test/goldens/families/eurobert-*.

    pip install torch transformers==5.24.0 safetensors
    python tools/goldens/make-eurobert-goldens.py
"""
import torch
import transformers

from golden_models import LENGTHS, expected, random_model, save

COMMON = dict(
    vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2, intermediate_size=40,
    max_position_embeddings=160, pad_token_id=0, bos_token_id=1, eos_token_id=2, mask_token_id=3,
)
T = transformers
TOKENS, TEXT, WORDS = T.EuroBertForTokenClassification, T.EuroBertForSequenceClassification, T.EuroBertForMaskedLM
BIASES = dict(attention_bias=True, mlp_bias=True)


def same(config):
    pass


def as_version_4(config):
    """The keys of the code in its own repositories, before transformers had the family."""
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["rope_scaling"] = None
    if "classifier_pooling" in config:
        config["clf_pooling"] = config.pop("classifier_pooling")


ROPE = dict(rope_parameters={"rope_type": "default", "rope_theta": 250000.0})
MODELS = {
    # Three heads share a key.
    "eurobert-tokens": (TOKENS, dict(COMMON, **ROPE, num_labels=5, num_hidden_layers=3), same),
    # A key of its own for each head, and biases.
    "eurobert-biases": (TOKENS, dict(COMMON, **ROPE, **BIASES, num_key_value_heads=6, num_labels=3, rms_norm_eps=1e-3, hidden_act="gelu"), same),
    # One key for all heads.
    "eurobert-text": (TEXT, dict(COMMON, **ROPE, **BIASES, num_key_value_heads=1, num_labels=3), same),
    "eurobert-text-mean": (TEXT, dict(COMMON, **ROPE, classifier_pooling="mean", num_labels=2), as_version_4),
    "eurobert-text-bos": (TEXT, dict(COMMON, classifier_pooling="bos", num_labels=2), same),
    "eurobert-words": (WORDS, dict(COMMON, **ROPE), as_version_4),
    "eurobert-words-tied": (WORDS, dict(COMMON, **ROPE, mlp_bias=True, tie_word_embeddings=True), same),
    "eurobert-bare": (T.EuroBertModel, dict(COMMON, **ROPE), same),
}


def with_last_norm(model, tensors):
    """The last hidden states with the encoder's last RMSNorm."""
    last = model.config.num_hidden_layers
    for name in [name for name in tensors if name.endswith(f".hidden_states.{last}")]:
        ids = tensors[name.split(".")[0] + ".input_ids"]
        with torch.no_grad():
            tensors[name] = getattr(model, "model", model)(ids[None].long()).last_hidden_state[0].clone()
    return tensors


def main():
    for name, (kind, settings, written_as) in MODELS.items():
        model, generator = random_model(kind, T.EuroBertConfig, settings)
        attentions = name == "eurobert-tokens"
        tensors = expected(model, model.config.vocab_size, generator, LENGTHS[:5] if attentions else LENGTHS, attentions)
        save(name, model, with_last_norm(model, tensors), written_as)


main()
