"""Writes test/goldens/convert: tiny models in the formats that src/convert reads, and what PyTorch and TensorFlow read in them.

usage: python tools/goldens/make-convert-fixtures.py pytorch       with torch 2, safetensors and numpy
       python tools/goldens/make-convert-fixtures.py tensorflow    with tensorflow 2.15, transformers 4.38 and safetensors
       python tools/goldens/make-convert-fixtures.py spark JARS    with pyspark 3.4; JARS is a folder with com.johnsnowlabs.nlp:spark-nlp_2.12:5.5.3
                                                           and what it depends on, its native engines left out

A tiny BERT: 2 layers, H 16, A 4, I 32, vocabulary 40, 3 labels. Each fixture comes with `expected.safetensors`: the
tensors under the PyTorch names that transformers gives them, as the framework itself holds them in memory. Those of
pytorch-shards and pytorch-old-names are pytorch-zip's, those of spark-nlp are saved-model's.
"""
import json
import shutil
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent.parent.parent / "test/goldens/convert"
V, P, H, A, I, L, C = 40, 24, 16, 4, 32, 2, 3
LABELS = ["O", "B-PER", "I-PER"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"Word{i}" for i in range(15)] + [f"##x{i}" for i in range(20)]
CONFIG = {
    "architectures": ["BertForTokenClassification"], "model_type": "bert", "vocab_size": V, "hidden_size": H,
    "num_hidden_layers": L, "num_attention_heads": A, "intermediate_size": I, "hidden_act": "gelu",
    "max_position_embeddings": P, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0,
    "id2label": dict(enumerate(LABELS)), "label2id": {label: i for i, label in enumerate(LABELS)},
}


def shapes():
    """The tensors of BertForTokenClassification, by their PyTorch names."""
    yield "bert.embeddings.word_embeddings.weight", (V, H)
    yield "bert.embeddings.position_embeddings.weight", (P, H)
    yield "bert.embeddings.token_type_embeddings.weight", (2, H)
    yield from norm("bert.embeddings.LayerNorm")
    for layer in range(L):
        at = f"bert.encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            yield from linear(f"{at}.attention.self.{part}", H, H)
        yield from linear(f"{at}.attention.output.dense", H, H)
        yield from norm(f"{at}.attention.output.LayerNorm")
        yield from linear(f"{at}.intermediate.dense", I, H)
        yield from linear(f"{at}.output.dense", H, I)
        yield from norm(f"{at}.output.LayerNorm")
    yield from linear("classifier", C, H)


def linear(name, rows, columns):
    yield f"{name}.weight", (rows, columns)
    yield f"{name}.bias", (rows,)


def norm(name):
    yield f"{name}.weight", (H,)
    yield f"{name}.bias", (H,)


def fresh(name):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_texts(folder, config=True):
    if config:
        (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")


def pytorch():
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(7)
    state = OrderedDict((name, torch.randn(shape)) for name, shape in shapes())
    state._metadata = OrderedDict([("", {"version": 1}), ("bert.embeddings", {"version": 1})])  # as Module.state_dict() has it

    def save(name, values, file="pytorch_model.bin", expected=True, **options):
        folder = fresh(name)
        torch.save(values, folder / file, **options)
        if expected:
            read = torch.load(folder / file, weights_only=False)  # made a line above
            save_file({k: v.contiguous().clone() for k, v in read.items()}, folder / "expected.safetensors")
        return folder

    write_texts(save("pytorch-zip", state))
    # Written before PyTorch 1.6: pickles and storages one after another.
    write_texts(save("pytorch-legacy", state, _use_new_zipfile_serialization=False))
    # Every dtype, shared and non-contiguous storages, parameters, a scalar, an empty tensor, one behind an offset; protocol 4.
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7
    odd = OrderedDict(
        half=torch.randn(3, 2).half(), bfloat16=torch.randn(3, 2).bfloat16(), double=torch.randn(2).double(),
        int64=torch.tensor([[1, -2], [3, 2**40]]), int32=torch.tensor([7, -7], dtype=torch.int32), uint8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]), scalar=torch.tensor(2.5), empty=torch.zeros(0, 3),
        base=base, shared=base, transposed=base.t(), columns=base[:, 1:4], rows=base[1:3], parameter=torch.nn.Parameter(torch.randn(2, 3)),
    )
    save("pytorch-odd", odd)
    save("pytorch-odd-legacy", odd, _use_new_zipfile_serialization=False)
    save("pytorch-protocol-4", odd, pickle_protocol=4)
    # Old names, as in the first base checkpoints, behind DataParallel's prefix.
    old = OrderedDict()
    for name, value in state.items():
        if "LayerNorm" in name:
            name = name.replace(".weight", ".gamma").replace(".bias", ".beta")
        old[f"module.{name}"] = value
    old["module.bert.embeddings.position_ids"] = torch.arange(P).reshape(1, P)
    write_texts(save("pytorch-old-names", old, expected=False))
    # Two shards.
    folder = fresh("pytorch-shards")
    write_texts(folder)
    files = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
    names = list(state)
    parts = [names[: len(names) // 2], names[len(names) // 2 :]]
    for file, part in zip(files, parts):
        torch.save({name: state[name] for name in part}, folder / file)
    weight_map = {name: file for file, part in zip(files, parts) for name in part}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {"total_size": 0}, "weight_map": weight_map}, indent=1))


def tensorflow():
    import tensorflow as tf
    from safetensors.numpy import save_file
    from transformers import BertConfig, TFBertForTokenClassification, DistilBertConfig, TFDistilBertForTokenClassification

    tf.keras.utils.set_random_seed(7)

    def torch_tensors(model):
        """What transformers' own TF -> PyTorch conversion says each variable is called, without needing PyTorch here."""
        from transformers.modeling_tf_pytorch_utils import convert_tf_weight_name_to_pt_weight_name, TransposeType
        tensors = {}
        for variable in model.weights:
            name, transpose = convert_tf_weight_name_to_pt_weight_name(
                variable.name, tf_weight_shape=variable.shape, name_scope="")
            value = variable.numpy()
            if transpose is TransposeType.SIMPLE:
                value = value.T
            tensors[name] = np.ascontiguousarray(value)
        return tensors

    def jitter(model):
        for variable in model.weights:
            variable.assign(tf.random.normal(variable.shape))

    config = {k: v for k, v in CONFIG.items() if k not in ("architectures", "model_type")}
    model = TFBertForTokenClassification(BertConfig(**config, num_labels=C))
    model(model.dummy_inputs)
    jitter(model)
    save_saved_model("saved-model", model, torch_tensors(model), save_file)
    # DistilBERT has names of its own.
    distil = TFDistilBertForTokenClassification(DistilBertConfig(vocab_size=V, max_position_embeddings=P, dim=H, n_layers=1, n_heads=A, hidden_dim=I, num_labels=C))
    distil(distil.dummy_inputs)
    jitter(distil)
    save_saved_model("saved-model-distilbert", distil, torch_tensors(distil), save_file)

    # What Spark NLP keeps: the bare graph and the bundle, deflated by a streaming writer (sizes behind the data).
    folder = OUT / "spark-nlp"
    folder.mkdir(exist_ok=True)
    from tensorflow.core.protobuf import saved_model_pb2
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((OUT / "saved-model/saved_model.pb").read_bytes())
    class Unseekable:
        def __init__(self, file): self.file = file
        def write(self, data): return self.file.write(data)
        def flush(self): self.file.flush()
    with open(folder / "bert_classification_tensorflow", "wb") as file:
        with zipfile.ZipFile(Unseekable(file), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(stamped("saved_model.pb"), saved.meta_graphs[0].graph_def.SerializeToString())
            for part in ("variables.index", "variables.data-00000-of-00001"):
                archive.writestr(stamped(part), (OUT / "saved-model/variables" / part).read_bytes())

    # A checkpoint as Google's BERT code writes it (TF1 names), with an optimizer's slots beside the weights.
    tf1 = tf.compat.v1
    folder = fresh("tensorflow-checkpoint")
    rng = np.random.default_rng(7)
    expected = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes()}
    with tf.Graph().as_default(), tf1.Session() as session:
        variables = []
        for name, value in expected.items():
            tf_name, kernel = tf1_name(name)
            if kernel:
                value = value.T
            variables.append(tf1.get_variable(tf_name, initializer=tf.constant(value)))
            variables.append(tf1.get_variable(f"{tf_name}/adam_m", initializer=tf.zeros_like(value)))
        variables.append(tf1.get_variable("global_step", initializer=tf.constant(12, tf.int64)))
        session.run(tf1.global_variables_initializer())
        tf1.train.Saver(variables).save(session, str(folder / "model.ckpt"), global_step=12, write_meta_graph=False)
    (folder / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-12"\nall_model_checkpoint_paths: "model.ckpt-12"\n')
    (folder / "bert_config.json").write_text(json.dumps({k: CONFIG[k] for k in (
        "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
        "max_position_embeddings", "type_vocab_size")}, indent=2))
    write_texts(folder, config=False)
    save_file(expected, folder / "expected.safetensors")


def spark():
    """Spark NLP itself writes settings, vocabulary and labels; it then looks for its model, which `tensorflow` put there."""
    from py4j.protocol import Py4JJavaError
    from pyspark.sql import SparkSession

    jars = [str(jar) for jar in Path(sys.argv[2]).glob("*.jar") if "scala-library" not in jar.name]
    session = SparkSession.builder.master("local[2]").config("spark.jars", ",".join(jars)).config("spark.ui.enabled", "false").getOrCreate()
    jvm = session._jvm

    def scala_map(words):
        java = jvm.java.util.LinkedHashMap()
        for number, word in enumerate(words):
            java.put(word, number)
        conforms = getattr(getattr(jvm.scala, "Predef$"), "MODULE$").conforms()
        return jvm.scala.collection.JavaConverters.mapAsScalaMapConverter(java).asScala().toMap(conforms)

    annotator = jvm.com.johnsnowlabs.nlp.annotators.classifier.dl.BertForTokenClassification("BERT_FOR_TOKEN_CLASSIFICATION_0123456789ab")
    annotator.setVocabulary(scala_map(VOCABULARY)).setLabels(scala_map(LABELS)).setCaseSensitive(True)
    written = OUT / "spark-nlp-written"
    try:
        annotator.write().overwrite().save(str(written))
    except Py4JJavaError as error:
        if "None.get" not in str(error):
            raise
    for file in written.glob("*/**/part-*"):
        to = OUT / "spark-nlp" / file.relative_to(written)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to)
    shutil.rmtree(written)


def stamped(name):
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def tf1_name(name):
    """bert.encoder.layer.0.attention.self.query.weight -> bert/encoder/layer_0/attention/self/query/kernel, transposed"""
    if name.startswith("classifier."):
        return {"weight": "output_weights", "bias": "output_bias"}[name.split(".")[1]], False
    name = name.replace("layer.", "layer_")
    if "LayerNorm" in name:
        name = name.replace(".weight", ".gamma").replace(".bias", ".beta")
    elif "embeddings" in name:
        name = name.removesuffix(".weight")
    kernel = name.endswith(".weight")
    return name.replace(".weight", ".kernel").replace(".", "/"), kernel


def save_saved_model(name, model, expected, save_file):
    import tensorflow as tf
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)

    @tf.function(input_signature=[{k: tf.TensorSpec((None, None), tf.int32, name=k) for k in model.dummy_inputs | ({"attention_mask": 0, "token_type_ids": 0} if "distil" not in name else {"attention_mask": 0})}])
    def serving(inputs):
        output = model(inputs)
        return {"logits": output.logits}

    model.save(str(folder), signatures=serving, include_optimizer=False, save_traces=False)
    for extra in ("keras_metadata.pb", "fingerprint.pb"):
        (folder / extra).unlink(missing_ok=True)
    (folder / "assets").mkdir(exist_ok=True)
    (folder / "assets/vocab.txt").write_text("\n".join(VOCABULARY))
    (folder / "assets/labels.txt").write_text("\n".join(LABELS))
    save_file(expected, folder / "expected.safetensors")


if __name__ == "__main__":
    {"pytorch": pytorch, "tensorflow": tensorflow, "spark": spark}[sys.argv[1]]()
