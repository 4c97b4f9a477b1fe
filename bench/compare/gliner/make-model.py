"""Makes a GLiNER of gliner_small-v2.1's shape with random weights, as the package saves it, and its ONNX graphs.

The tokenizer is the small one of the tests, with pieces that occur nowhere up to DeBERTa's number of them.

usage: python make-model.py TOKENIZER FOLDER      TOKENIZER: a folder with tokenizer.json; needs requirements.txt here;
                                                  writes FOLDER/, FOLDER/onnx/model.onnx and model_quantized.onnx
"""
import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from gliner import GLiNERConfig
from gliner.model import UniEncoderSpanGLiNER

PIECES = 128_000
ENCODER = dict(
    model_type="deberta-v2", hidden_size=768, num_hidden_layers=6, num_attention_heads=12, intermediate_size=3072,
    max_position_embeddings=512, type_vocab_size=0, relative_attention=True, position_buckets=256, norm_rel_ebd="layer_norm",
    share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, max_relative_positions=-1, layer_norm_eps=1e-7,
)


def make_tokenizer(source, folder):
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary += [[f"▁filler{number}", -90.0] for number in range(PIECES - len(vocabulary))]
    tokenizer["added_tokens"][-1]["id"] = len(vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    settings = json.loads((source / "tokenizer_config.json").read_text())
    # The class that takes tokenizer.json as it is: both read the same file then.
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "tokenizer_class": "PreTrainedTokenizerFast"}))
    return transformers.PreTrainedTokenizerFast.from_pretrained(folder)


def add_older_key(path):
    """Says twice that a word begins with ▁: files of tokenizers before 0.19 did so, and the reader in gliner.js knows no other."""
    tokenizer = json.loads(path.read_text())
    steps = tokenizer["pre_tokenizer"].get("pretokenizers", [tokenizer["pre_tokenizer"]])
    spaces = [step for step in steps if step["type"] == "Metaspace"]
    if [step["prepend_scheme"] for step in spaces] != ["always"]:
        raise SystemExit(f"{path} has {spaces}, expected one Metaspace that always puts ▁ before a word")
    spaces[0]["add_prefix_space"] = True
    path.write_text(json.dumps(tokenizer, ensure_ascii=False))


def main():
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    tokenizer = make_tokenizer(source, folder / "tokenizer")
    tokenizer.add_tokens(["<<ENT>>", "<<SEP>>"], special_tokens=True)
    torch.manual_seed(5)
    config = GLiNERConfig(
        model_name="example/encoder", encoder_config=dict(ENCODER, vocab_size=len(tokenizer)), vocab_size=len(tokenizer),
        class_token_index=tokenizer.convert_tokens_to_ids("<<ENT>>"), dropout=0.0, hidden_size=512, max_width=12, max_len=384,
    )
    model = UniEncoderSpanGLiNER(config, tokenizer=tokenizer, backbone_from_pretrained=False).eval()
    with torch.no_grad():
        for key, value in model.model.named_parameters():
            # So that scores leave 0.5.
            if value.dim() > 1 and "bert_layer" not in key:
                value.copy_(torch.randn_like(value) * (1.2 / value.shape[-1] ** 0.5))
    model.save_pretrained(folder, safe_serialization=True)
    add_older_key(folder / "tokenizer.json")
    (folder / "onnx").mkdir()
    model.export_to_onnx(save_dir=str(folder / "onnx"), onnx_filename="model.onnx", quantized_filename="model_quantized.onnx", quantize=True)


main()
