"""Writes test/goldens/pipeline.json: what Hugging Face's token classification pipeline answers with the small random models in
test/goldens/families: long texts, with windows and cut; lists of words; accents and marks that its rule for words stumbles on.

    pip install torch transformers==5.16.1 numpy
    python tools/goldens/make-pipeline-goldens.py
"""
import json
import pathlib
import random

import transformers

from tokenizer_kinds import units

ROOT = pathlib.Path(__file__).parent.parent.parent
STRATEGIES = ["simple", "first", "average", "max"]
NAMES = ["Angela Merkel", "Tim Cook", "Müller", "Çelik", "São Paulo", "New York", "U.N.", "O'Neill", "北京", "AT&T", "Rene\u0301e", "soft\u00adhyphen"]
VERBS = ["met", "wrote to", "left", "called", "remembers the unforgettable evening with", "sued"]
ODD = ["Paul Rene\u0301e Zoe\u0308 met Ann.", "a\u200db c\u00add e\u0301", "I \U0001f600 New York\u2122, 𝔉𝔯!", "  Tim  Cook ", "", "[SEP] Berlin [UNK]", "x" * 120 + " Ann"]


def long_text(seed, sentences):
    make = random.Random(seed)
    return " ".join(f"{make.choice(NAMES)} {make.choice(VERBS)} {make.choice(NAMES)} in {make.choice(NAMES)}." for _ in range(sentences))


def answers(classify, given, strategy, **options):
    text = " ".join(given) if isinstance(given, list) else given
    if isinstance(given, list):
        options["is_split_into_words"] = True
    places = units(text)
    found = classify(given, aggregation_strategy=strategy, **options) if text else []
    if found and isinstance(found[0], list):
        (found,) = found
    named = [(e.get("entity_group", e.get("entity")), e) for e in found]
    return [[name, places[e["start"]], places[e["end"]], round(float(e["score"]), 5)] for name, e in named]


def main():
    cases = []
    for name in ["electra", "roberta"]:
        folder = ROOT / "test/goldens/families" / name
        classify = transformers.pipeline("token-classification", model=str(folder), tokenizer=str(folder), device="cpu")
        longest = classify.model.config.max_position_embeddings - (2 if name == "roberta" else 0)
        classify.tokenizer.model_max_length = longest
        for seed, sentences in [(1, 14), (2, 25)]:
            text = long_text(seed, sentences)
            for strategy in STRATEGIES:
                for stride in [None, 0, 32] + ([101] if strategy == "simple" else []):
                    options = {} if stride is None else {"stride": stride}
                    cases.append(dict(model=name, input=text, strategy=strategy, stride=stride, entities=answers(classify, text, strategy, **options)))
            cases.append(dict(model=name, input=text, strategy="none", stride=None, entities=answers(classify, text, "none")))
        for text in ODD:
            for strategy in STRATEGIES:
                cases.append(dict(model=name, input=text, strategy=strategy, stride=None, entities=answers(classify, text, strategy)))
        if name == "electra":
            words = ["Rene\u0301e", "O'Neill-Smith,", "", "New", "York", "\u200d", "A.", "B."]
            for strategy in STRATEGIES:
                cases.append(dict(model=name, input=words, strategy=strategy, stride=None, entities=answers(classify, words, strategy)))
    made_with = {"transformers": transformers.__version__, "offsets": "UTF-16, end exclusive"}
    inputs = []
    for case in cases:
        if case["input"] not in inputs:
            inputs.append(case["input"])
        case["input"] = inputs.index(case["input"])
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (ROOT / "test/goldens/pipeline.json").write_text(f'{{"made": {json.dumps(made_with)}, "inputs": {json.dumps(inputs)}, "cases": [\n{lines}\n]}}\n')


main()
