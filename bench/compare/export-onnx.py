"""Writes a BERT token classifier as ONNX, from its folder (config.json, model.safetensors), in float32 and in q8.

float32: the graph that PyTorch's exporter gives for transformers' BertForTokenClassification with eager attention, opset 11,
shapes already folded as onnxslim does: MatMul + Add, decomposed LayerNormalization, Gelu by Erf. It is written in the
pattern that onnxruntime's own optimiser knows, so that a session with graphOptimizationLevel 'all' runs its fused Attention,
SkipLayerNormalization and BiasGelu kernels.

q8: what transformers.js loads as dtype 'q8' (onnx/model_quantized.onnx). Its scripts/quantize.py: dynamic, all of
onnxruntime's integer operators (so the embeddings too), uint8 activations, int8 weights, MatMulConstBOnly, EnableSubgraph;
scripts/convert.py: per_channel and reduce_range true for BERT. The same here through onnxruntime.quantization.

usage: python export-onnx.py MODEL OUT        needs the packages of requirements.txt; writes OUT/model.onnx, OUT/model_quantized.onnx
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors import safe_open

# The exporter's default for BERT for years, and the last whose graph the attention fusion of onnxruntime recognises.
OPSET = 11


class Graph:
    """Nodes and weights in the order they are added; `add` names and returns one output."""

    def __init__(self):
        self.nodes, self.weights, self.shapes, self.count = [], [], [], 0

    def add(self, operator, *inputs, **attributes):
        self.count += 1
        output = f"{operator}_{self.count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], output, **attributes))
        return output

    def weight(self, name, value):
        self.weights.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def constant(self, value, dtype=np.float32):
        self.count += 1
        return self.weight(f"constant_{self.count}", np.array(value, dtype))


def build(folder):
    config = json.loads((folder / "config.json").read_text())
    hidden, heads, layers = config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]
    if config["hidden_act"] != "gelu":
        raise SystemExit(f"hidden_act is {config['hidden_act']}, this script writes gelu only")
    size, epsilon, positions = hidden // heads, config["layer_norm_eps"], config["max_position_embeddings"]
    labels = len(config["id2label"])
    file = safe_open(folder / "model.safetensors", "np")
    graph = Graph()
    add, constant = graph.add, graph.constant

    def tensor(name):
        return file.get_tensor(name).astype(np.float32)

    def linear(x, name):
        weight = graph.weight(f"{name}.weight", tensor(f"{name}.weight").T)
        return add("Add", add("MatMul", x, weight), graph.weight(f"{name}.bias", tensor(f"{name}.bias")))

    def layer_norm(x, name):
        centred = add("Sub", x, add("ReduceMean", x, axes=[-1]))
        variance = add("ReduceMean", add("Pow", centred, constant(2.0)), axes=[-1])
        scaled = add("Div", centred, add("Sqrt", add("Add", variance, constant(epsilon))))
        product = add("Mul", scaled, graph.weight(f"{name}.weight", tensor(f"{name}.weight")))
        return add("Add", product, graph.weight(f"{name}.bias", tensor(f"{name}.bias")))

    split, join = constant([0, 0, heads, size], np.int64), constant([0, 0, hidden], np.int64)

    def split_heads(x, order):
        return add("Transpose", add("Reshape", x, split), perm=order)

    def attention(x, mask, name):
        query = split_heads(linear(x, f"{name}.self.query"), [0, 2, 1, 3])
        key = split_heads(linear(x, f"{name}.self.key"), [0, 2, 3, 1])
        value = split_heads(linear(x, f"{name}.self.value"), [0, 2, 1, 3])
        scores = add("Div", add("MatMul", query, key), constant(float(np.sqrt(size))))
        weights = add("Softmax", add("Add", scores, mask), axis=3)
        context = add("Transpose", add("MatMul", weights, value), perm=[0, 2, 1, 3])
        return linear(add("Reshape", context, join), f"{name}.output.dense")

    def gelu(x):
        half = add("Mul", x, add("Add", add("Erf", add("Div", x, constant(float(np.sqrt(2))))), constant(1.0)))
        return add("Mul", half, constant(0.5))

    mask = add("Unsqueeze", add("Unsqueeze", "attention_mask", axes=[1]), axes=[2])
    mask = add("Sub", constant(1.0), add("Cast", mask, to=TensorProto.FLOAT))
    mask = add("Mul", mask, constant(float(np.finfo(np.float32).min)))

    embeddings = "bert.embeddings"

    def embedding(kind, ids):
        name = f"{embeddings}.{kind}_embeddings.weight"
        return add("Gather", graph.weight(name, tensor(name)), ids)

    length = add("Unsqueeze", add("Gather", add("Shape", "input_ids"), constant(1, np.int64), axis=0), axes=[0])
    all_positions = graph.weight("position_ids", np.arange(positions, dtype=np.int64)[None])
    ids = add("Slice", all_positions, constant([0], np.int64), length, constant([1], np.int64), constant([1], np.int64))
    # Without this the optimiser loses the sequence's length in the slice, and with it the fusions that compare shapes.
    graph.shapes.append(helper.make_tensor_value_info(ids, TensorProto.INT64, [1, "sequence_length"]))
    x = add("Add", embedding("word", "input_ids"), embedding("token_type", "token_type_ids"))
    x = layer_norm(add("Add", x, embedding("position", ids)), f"{embeddings}.LayerNorm")
    for index in range(layers):
        layer = f"bert.encoder.layer.{index}"
        attended = attention(x, mask, f"{layer}.attention")
        x = layer_norm(add("Add", attended, x), f"{layer}.attention.output.LayerNorm")
        inner = gelu(linear(x, f"{layer}.intermediate.dense"))
        x = layer_norm(add("Add", linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    graph.nodes.append(helper.make_node("Identity", [linear(x, "classifier")], ["logits"], "logits"))

    def port(name, kind, last):
        return helper.make_tensor_value_info(name, kind, ["batch_size", "sequence_length", *last])

    inputs = [port(name, TensorProto.INT64, []) for name in ("input_ids", "attention_mask", "token_type_ids")]
    outputs = [port("logits", TensorProto.FLOAT, [labels])]
    body = helper.make_graph(graph.nodes, "bert", inputs, outputs, graph.weights, value_info=graph.shapes)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=7)


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    plain, quantized = out / "model.onnx", out / "model_quantized.onnx"
    if not plain.exists():
        partial = out / "model.onnx.partial"
        onnx.save(build(folder), partial)
        os.replace(partial, plain)
    if not quantized.exists():
        partial = out / "model_quantized.onnx.partial"
        quantize_dynamic(
            plain,
            partial,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
        )
        os.replace(partial, quantized)


if __name__ == "__main__":
    main()
