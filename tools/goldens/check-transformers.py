"""Loads folders that `iobert convert` wrote with transformers, as the class that config.json names, and compares the logits with
those of the models they were made of, or the last hidden states where there is no head.

usage: python tools/goldens/check-transformers.py JOBS.json      with torch, transformers and safetensors

JOBS.json is a list of {"folder": ..., "expected": ..., "tolerance": ..., "unused": parts of names of weights that may be missing}: `expected` is a safetensors file with the tensors
`0.input_ids`, `0.logits` or `0.hidden_states.2`, `1.input_ids` and so on; the tolerance is a part of the largest absolute number. Prints a line of
JSON for each job; ends with 1 where one is out of tolerance, or transformers misses a weight or finds one too many.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
import transformers


def wanted_of(expected, number):
    """The logits of a sequence, or its last hidden states."""
    logits = expected.get(f"{number}.logits")
    if logits is not None:
        return logits.float(), "logits"
    layer = 0
    while f"{number}.hidden_states.{layer + 1}" in expected:
        layer += 1
    return expected[f"{number}.hidden_states.{layer}"].float(), "last_hidden_state"


failed = False
for job in json.load(open(sys.argv[1])):
    config = transformers.AutoConfig.from_pretrained(job["folder"])
    kind = getattr(transformers, config.architectures[0])
    model, report = kind.from_pretrained(job["folder"], output_loading_info=True)
    model = model.float().eval()
    if any(Path(job["folder"], name).exists() for name in ("tokenizer.json", "vocab.txt")):
        transformers.AutoTokenizer.from_pretrained(job["folder"])
    expected = load_file(job["expected"])
    worst = 0.0
    count = 0
    while f"{count}.input_ids" in expected:
        given = {"input_ids": expected[f"{count}.input_ids"].long()[None]}
        if f"{count}.token_type_ids" in expected:
            given["token_type_ids"] = expected[f"{count}.token_type_ids"].long()[None]
        wanted, answer = wanted_of(expected, count)
        with torch.no_grad():
            found = model(**given)[answer][0]
        worst = max(worst, float((found - wanted).abs().max() / wanted.abs().max()))
        count += 1
    unused = job.get("unused", [])
    report["missing_keys"] = [key for key in report["missing_keys"] if not any(part in key for part in unused)]
    wrong = {key: sorted(map(str, value)) for key, value in report.items() if key in ("missing_keys", "unexpected_keys", "mismatched_keys") and value}
    good = count > 0 and not wrong and worst <= job["tolerance"]
    failed = failed or not good
    print(json.dumps({"folder": job["folder"], "sequences": count, "worst": worst, "good": good, **wrong}))
sys.exit(failed)
