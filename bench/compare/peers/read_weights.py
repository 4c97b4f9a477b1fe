"""A BERT token classifier's folder as numbers: config.json, and the tensors of model.safetensors in float32. An int8 tensor
is multiplied by its rows' scales, so that all engines start from the same numbers."""

import json

import numpy as np
from safetensors import safe_open


def read_config(folder):
    config = json.loads((folder / "config.json").read_text())
    if config["hidden_act"] != "gelu":
        raise SystemExit(f"hidden_act is {config['hidden_act']}, expected gelu")
    return config


def read_weights(folder):
    weights = {}
    with safe_open(folder / "model.safetensors", "np") as file:
        names = set(file.keys())
        for name in names:
            if name.endswith("_scale"):
                continue
            value = file.get_tensor(name).astype(np.float32)
            if f"{name}_scale" in names:
                value = value * file.get_tensor(f"{name}_scale").astype(np.float32)
            weights[name] = value
    return weights
