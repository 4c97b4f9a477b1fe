"""Loads folders that `iobert convert` wrote with transformers and compares the logits with those of the models they were made of.

usage: python tools/goldens/check-transformers.py JOBS.json      with torch, transformers and safetensors

JOBS.json is a list of {"folder": ..., "expected": ..., "tolerance": ...}: `expected` is a safetensors file with the tensors
`0.input_ids`, `0.logits`, `1.input_ids` and so on; the tolerance is a part of the largest absolute logit. Prints a line of
JSON for each job; ends with 1 where one is out of tolerance, or transformers misses a weight or finds one too many.
"""
import json
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForTokenClassification, AutoTokenizer

failed = False
for job in json.load(open(sys.argv[1])):
    model, report = AutoModelForTokenClassification.from_pretrained(job["folder"], output_loading_info=True)
    model = model.float().eval()
    AutoTokenizer.from_pretrained(job["folder"])
    expected = load_file(job["expected"])
    worst = 0.0
    count = 0
    while f"{count}.input_ids" in expected:
        ids, wanted = expected[f"{count}.input_ids"].long(), expected[f"{count}.logits"].float()
        with torch.no_grad():
            found = model(input_ids=ids[None]).logits[0]
        worst = max(worst, float((found - wanted).abs().max() / wanted.abs().max()))
        count += 1
    wrong = {key: sorted(map(str, value)) for key, value in report.items() if key in ("missing_keys", "unexpected_keys", "mismatched_keys") and value}
    good = count > 0 and not wrong and worst <= job["tolerance"]
    failed = failed or not good
    print(json.dumps({"folder": job["folder"], "sequences": count, "worst": worst, "good": good, **wrong}))
sys.exit(failed)
