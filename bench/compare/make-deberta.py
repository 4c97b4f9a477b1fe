"""Makes a DeBERTa of v3-base's shape with random weights: a folder of safetensors, and its ONNX graphs in float32 and in q8.

The graph is what PyTorch's exporter gives for transformers' DebertaV2ForTokenClassification; q8 is made as export-onnx.py
makes BERT's. The tokenizer is the small one of the tests, with pieces that occur nowhere up to DeBERTa's number of them.

usage: python make-deberta.py TOKENIZER FOLDER OUT     TOKENIZER: a folder with tokenizer.json; needs requirements-torch.txt;
                                                       writes FOLDER/, OUT/model.onnx, OUT/model_quantized.onnx
"""
import json
import os
import shutil
import sys
from pathlib import Path

import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

PIECES = 128_000
CONFIG = dict(
    vocab_size=PIECES + 100, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
    max_position_embeddings=512, type_vocab_size=0, relative_attention=True, position_buckets=256, norm_rel_ebd="layer_norm",
    share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, max_relative_positions=-1, num_labels=9,
)
# The first that has all operators of the graph.
OPSET = 14


def make_tokenizer(source, folder):
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    mask = tokenizer["added_tokens"][-1]
    vocabulary += [[f"▁filler{number}", -90.0] for number in range(PIECES - len(vocabulary))]
    mask["id"] = len(vocabulary)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    shutil.copy(source / "tokenizer_config.json", folder)


def main():
    source, folder, out = map(Path, sys.argv[1:4])
    plain, quantized = out / "model.onnx", out / "model_quantized.onnx"
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    model = transformers.DebertaV2ForTokenClassification(transformers.DebertaV2Config(**CONFIG)).eval()
    if not (folder / "model.safetensors").exists():
        model.save_pretrained(folder)
        make_tokenizer(source, folder)
    model = transformers.DebertaV2ForTokenClassification.from_pretrained(folder).eval()
    if not plain.exists():
        partial = out / "model.onnx.partial"
        ids = torch.randint(4, 1000, (1, 24))
        axes = {0: "batch_size", 1: "sequence_length"}
        names = ["input_ids", "attention_mask"]
        torch.onnx.export(
            model, (ids, torch.ones_like(ids)), str(partial), input_names=names, output_names=["logits"],
            dynamic_axes={name: axes for name in [*names, "logits"]}, opset_version=OPSET, dynamo=False,
        )
        os.replace(partial, plain)
    if not quantized.exists():
        partial = out / "model_quantized.onnx.partial"
        quantize_dynamic(
            plain, partial, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
            extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
        )
        os.replace(partial, quantized)


main()
