"""Writes a BERT token classifier as TFLite by litert-torch, for one sequence of a fixed length: as float32, or with dynamic int8
(weights int8 by channel, activations quantised as they come: ai-edge-quantizer's recipe `dynamic_wi8_afp32`), which is what
XNNPACK's int8 kernels take.

usage: python make-tflite.py MODEL OUT-FOLDER TOKENS...        needs requirements.txt; writes OUT-FOLDER/float32-TOKENS.tflite, int8-TOKENS.tflite
"""

import os
import sys
from pathlib import Path

import litert_torch
import torch
from ai_edge_quantizer import quantizer, recipe
from read_weights import read_config, read_weights
from torch import nn
from torch.nn import functional


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.heads, self.epsilon = config["num_attention_heads"], config["layer_norm_eps"]
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))
        self.attended, self.intermediate, self.output = (
            nn.Linear(hidden, hidden),
            nn.Linear(hidden, inner),
            nn.Linear(inner, hidden),
        )
        self.attention_norm, self.output_norm = (nn.LayerNorm(hidden, eps=self.epsilon) for _ in range(2))

    def forward(self, x):
        tokens, hidden = x.shape[1:]
        split = (1, tokens, self.heads, hidden // self.heads)
        query, key, value = (part(x).view(split).transpose(1, 2) for part in (self.query, self.key, self.value))
        scores = torch.matmul(query * split[3] ** -0.5, key.transpose(2, 3))
        context = torch.matmul(torch.softmax(scores, -1), value)
        x = self.attention_norm(x + self.attended(context.transpose(1, 2).reshape(1, tokens, hidden)))
        return self.output_norm(x + self.output(functional.gelu(self.intermediate(x))))


class Bert(nn.Module):
    def __init__(self, config, weights, tokens):
        super().__init__()
        place = "bert.embeddings"
        self.words = nn.Embedding(*weights[f"{place}.word_embeddings.weight"].shape)
        rest = weights[f"{place}.position_embeddings.weight"][:tokens]
        self.register_buffer("places", torch.from_numpy(rest + weights[f"{place}.token_type_embeddings.weight"][0]))
        self.norm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.classifier = nn.Linear(config["hidden_size"], len(config["id2label"]))
        names = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "attended": "attention.output.dense",
            "attention_norm": "attention.output.LayerNorm",
            "intermediate": "intermediate.dense",
            "output": "output.dense",
            "output_norm": "output.LayerNorm",
        }
        state = {"words.weight": weights[f"{place}.word_embeddings.weight"], "places": self.places.numpy()}
        for part in ("weight", "bias"):
            state[f"norm.{part}"] = weights[f"{place}.LayerNorm.{part}"]
            state[f"classifier.{part}"] = weights[f"classifier.{part}"]
            for index in range(config["num_hidden_layers"]):
                for ours, theirs in names.items():
                    state[f"layers.{index}.{ours}.{part}"] = weights[f"bert.encoder.layer.{index}.{theirs}.{part}"]
        self.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})

    def forward(self, ids):
        x = self.norm(self.words(ids) + self.places)
        for layer in self.layers:
            x = layer(x)
        return self.classifier(x)


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    config, weights = read_config(folder), read_weights(folder)
    for tokens in map(int, sys.argv[3:]):
        plain, quantized = out / f"float32-{tokens}.tflite", out / f"int8-{tokens}.tflite"
        if not plain.exists():
            ids = torch.zeros((1, tokens), dtype=torch.int32)
            with torch.no_grad():
                model = litert_torch.convert(Bert(config, weights, tokens).eval(), (ids,))
            model.export(str(plain.with_suffix(".partial")))
            os.replace(plain.with_suffix(".partial"), plain)
        if not quantized.exists():
            job = quantizer.Quantizer(str(plain))
            job.load_quantization_recipe(recipe.dynamic_wi8_afp32())
            partial = quantized.with_suffix(".partial.tflite")
            job.quantize().export_model(str(partial), overwrite=True)
            os.replace(partial, quantized)


if __name__ == "__main__":
    main()
