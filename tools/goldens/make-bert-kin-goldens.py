"""Writes small random models of families that are BERT or RoBERTa but for little, and what PyTorch makes of some ids, to
test/goldens/families/ernie*, data2vec-* and prelayernorm-*.

    pip install torch transformers==5.24.0 safetensors
    python tools/goldens/make-bert-kin-goldens.py
"""
import torch
import transformers

from golden_models import LENGTHS, expected, random_model, save

COMMON = dict(vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
ERNIE = dict(COMMON, max_position_embeddings=160, type_vocab_size=4, pad_token_id=0)
ROBERTA = dict(COMMON, max_position_embeddings=162, type_vocab_size=1, pad_token_id=1)
T = transformers
MODELS = {
    # As ERNIE 3.0: three tasks, of which the first is meant where none is stated.
    "ernie": (T.ErnieForTokenClassification, T.ErnieConfig, dict(ERNIE, use_task_id=True, task_type_vocab_size=3, num_labels=5)),
    # As ERNIE 1.0 and 2.0: without tasks, and with ReLU.
    "ernie-text": (T.ErnieForSequenceClassification, T.ErnieConfig, dict(ERNIE, type_vocab_size=2, hidden_act="relu", num_labels=3)),
    "data2vec-tokens": (T.Data2VecTextForTokenClassification, T.Data2VecTextConfig, dict(ROBERTA, num_labels=5)),
    "data2vec-text": (T.Data2VecTextForSequenceClassification, T.Data2VecTextConfig, dict(ROBERTA, num_labels=3)),
    "prelayernorm-tokens": (T.RobertaPreLayerNormForTokenClassification, T.RobertaPreLayerNormConfig, dict(ROBERTA, num_labels=5, num_hidden_layers=3)),
    "prelayernorm-words": (T.RobertaPreLayerNormForMaskedLM, T.RobertaPreLayerNormConfig, dict(ROBERTA, layer_norm_eps=1e-5)),
}


def with_last_norm(model, tensors):
    """The last hidden states with the encoder's last LayerNorm, which transformers 5.24 leaves out of the list."""
    encoder = model.roberta_prelayernorm
    last = model.config.num_hidden_layers
    for name in [name for name in tensors if name.endswith(f".hidden_states.{last}")]:
        ids = tensors[name.split(".")[0] + ".input_ids"]
        with torch.no_grad():
            tensors[name] = encoder(ids[None].long()).last_hidden_state[0].clone()
    return tensors


def main():
    for name, (kind, config_kind, settings) in MODELS.items():
        model, generator = random_model(kind, config_kind, settings)
        attentions = name.endswith("-text")
        # The id of padding stands nowhere: its place would be another.
        tensors = expected(model, model.config.vocab_size, generator, LENGTHS[:5], attentions, first=2)
        save(name, model, with_last_norm(model, tensors) if name.startswith("prelayernorm") else tensors)


main()
