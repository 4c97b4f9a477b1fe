"""Writes a BERT token classifier's encoder as GGUF for llama.cpp: matrices as q8_0 (blocks of 32 int8 with one float16
scale), the rest float32, under the names of llama.cpp's architecture "bert" (gguf-py/gguf/constants.py, convert_hf_to_gguf.py).
The classifier is left out: llama.cpp has none over tokens; the encoder's mean over tokens comes out.

usage: python make-gguf.py MODEL OUT.gguf q8_0|f32        needs requirements.txt
"""

import os
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kind
from read_weights import read_config, read_weights

ENCODER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
EMBEDDINGS = {
    "word_embeddings.weight": "token_embd.weight",
    "position_embeddings.weight": "position_embd.weight",
    "token_type_embeddings.weight": "token_types.weight",
    "LayerNorm.weight": "token_embd_norm.weight",
    "LayerNorm.bias": "token_embd_norm.bias",
}


def write_vocabulary(writer, folder):
    """As the converter writes WordPiece: a piece that begins a word has U+2581 before it, one that goes on loses its ##."""
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    if pieces[-1] == "":
        pieces.pop()
    special = {name: pieces.index(f"[{name}]") for name in ("UNK", "SEP", "PAD", "CLS", "MASK")}

    def token(index, piece):
        if index in special.values():
            return piece
        return piece[2:] if piece.startswith("##") else "\u2581" + piece

    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token(index, piece) for index, piece in enumerate(pieces)])
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if index in special.values() else normal for index in range(len(pieces))])
    writer.add_token_type_count(2)
    writer.add_bos_token_id(special["CLS"])
    writer.add_sep_token_id(special["SEP"])
    writer.add_eos_token_id(special["SEP"])
    writer.add_pad_token_id(special["PAD"])
    writer.add_unk_token_id(special["UNK"])
    writer.add_mask_token_id(special["MASK"])


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    kind = {"q8_0": Kind.Q8_0, "f32": Kind.F32}[sys.argv[3]]
    config, weights = read_config(folder), read_weights(folder)
    partial = out.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, "bert")
    writer.add_name(folder.name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32 if kind == Kind.F32 else gguf.LlamaFileType.MOSTLY_Q8_0)
    write_vocabulary(writer, folder)

    def add(name, value, quantize):
        if quantize and kind != Kind.F32:
            writer.add_tensor(name, gguf.quants.quantize(value, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, np.ascontiguousarray(value, np.float32))

    for theirs, name in EMBEDDINGS.items():
        add(name, weights[f"bert.embeddings.{theirs}"], name == "token_embd.weight")
    for index in range(config["num_hidden_layers"]):
        for theirs, ours in ENCODER.items():
            for part in ("weight", "bias"):
                value = weights[f"bert.encoder.layer.{index}.{theirs}.{part}"]
                add(f"blk.{index}.{ours}.{part}", value, value.ndim == 2)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, out)


if __name__ == "__main__":
    main()
