"""What the package gliner reads and finds: pieces, logits of spans, spans.

usage: python reference.py FOLDER < TASKS     TASKS: JSON [{ text, types, threshold }], of ASCII, so that offsets are the same in
                                              JavaScript; prints JSON [{ words, width, ids, logits, found }] on its last line
"""
import json
import sys

import torch
from gliner import GLiNER


def answer(model, text, types, threshold):
    if not text.isascii():
        raise SystemExit("A text must be ASCII: offsets of Python and of JavaScript are others in the rest")
    passes = []
    hook = model.model.register_forward_hook(
        lambda module, arguments, named, output: passes.append((named["input_ids"], output.logits)), with_kwargs=True,
    )
    found = model.predict_entities(text, types, flat_ner=True, threshold=threshold, multi_label=False)
    hook.remove()
    if len(passes) != 1:
        raise SystemExit(f"The model was asked {len(passes)} times for one text, expected once")
    (ids, logits), = passes
    words = [[start, end] for _, start, end in model.data_processor.words_splitter(text)]
    if tuple(logits.shape[:2]) != (1, len(words)):
        raise SystemExit(f"{len(words)} words, and logits of shape {tuple(logits.shape)}: the text is longer than the model reads")
    return dict(
        words=words, width=logits.shape[2], ids=ids[0].tolist(), logits=logits.flatten().tolist(),
        found=[[entity["start"], entity["end"], entity["label"], entity["score"]] for entity in found],
    )


def main():
    torch.set_num_threads(1)
    model = GLiNER.from_pretrained(sys.argv[1], local_files_only=True).eval()
    answers = [answer(model, **task) for task in json.load(sys.stdin)]
    print("\n" + json.dumps(answers))


main()
