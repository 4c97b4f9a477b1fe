"""Writes test/goldens/fill/*.json: what Hugging Face's fill-mask pipeline answers with small random models.

    pip install torch transformers==5.24.0 tokenizers==0.23.3 numpy
    python tools/goldens/make-fill-goldens.py

Weights are not kept: the number at place i of the tensor whose name's characters have the FNV-1a hash h is
((i + h) * 2654435761 mod 2^32 / 2^32 - 0.5) * scale, and one more in the weights of a LayerNorm. The test makes them again.
"""
import json
import pathlib

import numpy
import torch
import transformers

ROOT = pathlib.Path(__file__).parent.parent.parent
OUT = ROOT / "test/goldens/fill"
SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
TEXTS = [
    "My name is {mask} and I live in London.", "{mask}", "Angela Merkel met {mask}.", "Paris is the capital of{mask}", "a {mask} b {mask} c",
    "  two  spaces {mask}, and Çelik at {mask}!", "{pad} {mask} {unk}",
]


def tokenizer(kind):
    """The class of transformers, on the files that are in the repository."""
    if kind == "bert":
        return transformers.AutoTokenizer.from_pretrained(ROOT / "test/goldens/families/electra")
    if kind == "roberta":
        return transformers.AutoTokenizer.from_pretrained(ROOT / "test/goldens/families/roberta")
    return transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(ROOT / "test/goldens/family/xlm-roberta.json"), mask_token="<mask>", pad_token="<pad>",
        unk_token="<unk>", cls_token="<s>", sep_token="</s>", bos_token="<s>", eos_token="</s>",
    )


MODELS = {
    "bert": ("bert", transformers.BertForMaskedLM, transformers.BertConfig, dict(SIZES, max_position_embeddings=64, hidden_act="gelu_new")),
    "bert-untied": ("bert", transformers.BertForMaskedLM, transformers.BertConfig, dict(SIZES, max_position_embeddings=64, tie_word_embeddings=False)),
    # As the first checkpoints of BERT are: with the head for the next sentence besides.
    "bert-pretraining": ("bert", transformers.BertForPreTraining, transformers.BertConfig, dict(SIZES, max_position_embeddings=64)),
    "distilbert": (
        "bert", transformers.DistilBertForMaskedLM, transformers.DistilBertConfig,
        dict(dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=64, activation="relu"),
    ),
    "roberta": ("roberta", transformers.RobertaForMaskedLM, transformers.RobertaConfig, dict(SIZES, max_position_embeddings=66, type_vocab_size=1, hidden_act="relu")),
    "xlm-roberta": ("xlm-roberta", transformers.XLMRobertaForMaskedLM, transformers.XLMRobertaConfig, dict(SIZES, max_position_embeddings=66, type_vocab_size=1)),
    # A width that is no multiple of a kernel's lanes.
    "camembert": (
        "xlm-roberta", transformers.CamembertForMaskedLM, transformers.CamembertConfig,
        dict(SIZES, hidden_size=36, max_position_embeddings=66, type_vocab_size=1),
    ),
    "electra": ("bert", transformers.ElectraForMaskedLM, transformers.ElectraConfig, dict(SIZES, max_position_embeddings=64, embedding_size=20, hidden_act="relu")),
}


def hash_of(name):
    value = 2166136261
    for character in name:
        value = ((value ^ ord(character)) * 16777619) % 2**32
    return value


def numbers(name, shape):
    count = int(numpy.prod(shape))
    places = (numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(hash_of(name))) % numpy.uint64(2**32)
    spread = (places * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    is_norm = name.lower().endswith(("layernorm.weight", "layer_norm.weight"))
    values = (spread.astype(numpy.float64) / 2**32 - 0.5) * 0.5 + (1 if is_norm else 0)
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape))


def answers(model, tokens, texts):
    pipeline = transformers.pipeline("fill-mask", model=model, tokenizer=tokens, device="cpu")
    names = {"mask": tokens.mask_token, "pad": tokens.pad_token, "unk": tokens.unk_token}
    filled = [text.format(**names) for text in texts]
    return [{"text": text, "answer": pipeline(text, top_k=3)} for text in filled]


OUT.mkdir(exist_ok=True)
for name, (kind, Model, Config, settings) in MODELS.items():
    tokens = tokenizer(kind)
    config = Config(vocab_size=len(tokens) + 3, pad_token_id=tokens.pad_token_id, architectures=[Model.__name__], **settings)
    model = Model(config).eval()
    state = {key: numbers(key, value.shape) for key, value in model.state_dict().items() if value.is_floating_point()}
    # Tied weights have one name in a file of safetensors.
    tied = model.all_tied_weights_keys
    state = {key: value for key, value in state.items() if key not in tied}
    model.load_state_dict(state, strict=False)
    model.tie_weights()
    if Model is transformers.BertForPreTraining:
        model = transformers.BertForMaskedLM(config).eval()
        model.load_state_dict(state, strict=False)
        model.tie_weights()
    with torch.no_grad():
        lines = answers(model, tokens, TEXTS)
    golden = {
        "tokenizer": kind, "config": {key: value for key, value in config.to_dict().items() if value is not None},
        "tensors": {key: list(value.shape) for key, value in state.items()}, "answers": lines,
    }
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text.replace('{"text":', '\n{"text":') + "\n")
    print(name, len(lines))
