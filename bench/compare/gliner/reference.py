"""What the package gliner reads and finds: pieces, logits of spans, spans.

usage: python reference.py FOLDER < TASK      TASK: JSON { text, types, threshold }, of ASCII, so that offsets are the same in
                                              JavaScript; prints JSON { words, width, ids, logits, found } on its last line
"""
import json
import sys

import torch
from gliner import GLiNER


def main():
    task = json.load(sys.stdin)
    text, types = task["text"], task["types"]
    if not text.isascii():
        raise SystemExit("The text must be ASCII: offsets of Python and of JavaScript are others in the rest")
    torch.set_num_threads(1)
    model = GLiNER.from_pretrained(sys.argv[1], local_files_only=True).eval()
    passes = []

    def keep(module, arguments, named, output):
        passes.append((named["input_ids"], output.logits if hasattr(output, "logits") else output[0]))

    model.model.register_forward_hook(keep, with_kwargs=True)
    found = model.predict_entities(text, types, flat_ner=True, threshold=task["threshold"], multi_label=False)
    if len(passes) != 1:
        raise SystemExit(f"The model was asked {len(passes)} times for one text")
    (ids, logits), = passes
    words = [[start, end] for _, start, end in model.data_processor.words_splitter(text)]
    if tuple(logits.shape[:2]) != (1, len(words)):
        raise SystemExit(f"{len(words)} words, and logits of shape {tuple(logits.shape)}: the text is longer than the model reads")
    answer = dict(
        words=words, width=logits.shape[2], ids=ids[0].tolist(), logits=logits.flatten().tolist(),
        found=[[entity["start"], entity["end"], entity["label"], entity["score"]] for entity in found],
    )
    print("\n" + json.dumps(answer))


main()
