"""iobert against the usual Python way on Spark, a transformers pipeline on PyTorch in a pandas UDF: the same weights, the
same standalone cluster (a master, two workers of one core), the same rows, one after the other.

    python -m venv /tmp/compare && /tmp/compare/bin/pip install -r test/scale/compare-requirements.txt
    /tmp/compare/bin/python test/scale/compare.py --model FOLDER --data conll2003-dev.txt [--rows N] [--engines NAME,...]

FOLDER: a BERT of token classification, as float safetensors. Rows are the sentences of the CoNLL file, repeated up to N.
Prints, for each engine: start-up (from a cluster that is ready to the first row on each core), rows/s after that,
memory per executor (the largest PSS of a Spark worker's executor, its Python and iobert processes), and phrase F1 on the
sentences, read as text (words joined by blanks), so that it is not conlleval's figure on given words.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "examples/spark"))
os.environ["PYSPARK_PYTHON"] = sys.executable

import pandas as pd  # noqa: E402
from iobert_spark import recognize  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as f  # noqa: E402

from cluster import Cluster  # noqa: E402

CORES = 2
BATCH = 32


def read_conll(path):
    """Sentences as (text, {(type, start, end)}), tags in IOB2."""
    sentences = []
    for block in Path(path).read_text().split("\n\n"):
        words = [line.split() for line in block.split("\n") if line.strip() and not line.startswith("-DOCSTART-")]
        if not words:
            continue
        phrases, open_phrase, at = set(), None, 0
        for word in words:
            tag = word[-1]
            if open_phrase and not (tag.startswith("I-") and tag[2:] == open_phrase[0]):
                phrases.add(tuple(open_phrase))
                open_phrase = None
            if tag != "O":
                open_phrase = open_phrase or [tag[2:], at, at]
                open_phrase[2] = at + len(word[0])
            at += len(word[0]) + 1
        if open_phrase:
            phrases.add(tuple(open_phrase))
        sentences.append((" ".join(word[0] for word in words), phrases))
    return sentences


def phrase_f1(sentences, found):
    right = sum(len(gold & guess) for (_, gold), guess in zip(sentences, found))
    guessed = sum(len(guess) for guess in found)
    gold = sum(len(gold) for _, gold in sentences)
    return 200 * right / (guessed + gold) if guessed + gold else 0.0


def transformers_udf(model):
    @f.pandas_udf("string")
    def entities(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import torch
        from transformers import pipeline

        torch.set_num_threads(1)
        ner = pipeline("token-classification", model=model, aggregation_strategy="first", device="cpu")
        for texts in batches:
            rows = ner(texts.tolist(), batch_size=BATCH)
            yield pd.Series([json.dumps([[e["entity_group"], e["start"], e["end"]] for e in row]) for row in rows])

    return entities


def engines(model, folder):
    """Each: the DataFrame of id and text in, [id, JSON of (type, start, end)] out."""

    def iobert(precision):
        weights = model
        if precision == "int8":
            weights = str(folder / "int8")
            if not os.path.exists(weights):
                subprocess.run(["node", ROOT / "dist/cli/main.js", "quantize", model, weights], check=True, stdout=2)
        command = ["node", str(ROOT / "dist/cli/main.js"), "--jsonl", "--threads", "1", "--split", "none"]
        command += ["--model", weights, "--precision", precision]
        return lambda df: recognize(df, command=command).select(
            "id", f.to_json(f.expr("transform(entities, e -> array(e.type, string(e.start), string(e.end)))"))
        )

    return {
        "iobert int8": lambda: iobert("int8"),
        "iobert float32": lambda: iobert("float32"),
        "transformers": lambda: lambda df: df.select("id", transformers_udf(model)("text")),
    }


def pss(pid):
    """Kilobytes of a process and all below it, shared pages counted in part."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(pss(child) for child in (task / "children").read_text().split())
    except OSError:
        pass
    return total


def children(pid):
    return [c for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]


class Memory:
    """The largest size of an executor, sampled every 5 s, since a sample takes time from the executors."""

    def __init__(self, workers):
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=[workers])
        self._thread.start()

    def _watch(self, workers):
        while not self._ended.wait(5):
            for worker in workers:
                self.peak = max([self.peak, *(pss(child) for child in children(worker.pid))])

    def end(self):
        self._ended.set()
        self._thread.join()
        return self.peak / 1024


def measure(name, make, model, cluster, sentences, rows):
    engine = make()
    memory = Memory(cluster.workers)
    spark = (
        SparkSession.builder.master(cluster.url)
        .appName(name)
        .config("spark.submit.pyFiles", str(ROOT / "examples/spark/iobert_spark.py"))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.executor.memory", "512m")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )

    def run(texts, partitions):
        data = spark.sparkContext.parallelize(list(enumerate(texts)), partitions)
        return engine(spark.createDataFrame(data, "id long, text string")).collect()

    # Both executors are up, and the model's file is in the machine's cache for each engine.
    spark.sparkContext.parallelize(range(CORES), CORES).map(lambda _: time.sleep(1)).collect()
    subprocess.run(["cat", f"{model}/model.safetensors"], stdout=subprocess.DEVNULL, check=True)
    start = time.monotonic()
    run([text for text, _ in sentences[:CORES]], CORES)
    started = time.monotonic() - start
    start = time.monotonic()
    found = run([sentences[i % len(sentences)][0] for i in range(rows)], 4 * CORES)
    seconds = time.monotonic() - start
    spark.stop()
    peak = memory.end()
    assert [row[0] for row in found] == list(range(rows)), "rows are lost, doubled or out of order"
    guesses = [{(kind, int(a), int(b)) for kind, a, b in json.loads(row[1])} for row in found[: len(sentences)]]
    f1 = phrase_f1(sentences[: len(guesses)], guesses)
    print(f"| {name} | {started:.1f} s | {rows / seconds:.1f} | {peak:.0f} MB | {f1:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rows", type=int, help="default: each sentence once")
    parser.add_argument("--engines", default="iobert int8,iobert float32,transformers")
    given = parser.parse_args()
    sentences = read_conll(given.data)
    with tempfile.TemporaryDirectory(prefix="iobert-compare-") as folder:
        known = engines(os.path.abspath(given.model), Path(folder))
        print("| engine | start-up | rows/s | memory per executor | phrase F1 |\n|---|---|---|---|---|", flush=True)
        for name in given.engines.split(","):
            # A cluster each, so that none finds the other's processes.
            with Cluster(Path(folder) / name.replace(" ", "-")) as cluster:
                for _ in range(CORES):
                    cluster.add_worker()
                measure(name, known[name], given.model, cluster, sentences, given.rows or len(sentences))


main()
