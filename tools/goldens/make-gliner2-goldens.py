"""Small random models of GLiNER2, and what the package answers with them.

    pip install gliner2==2.1.0 torch transformers
    python tools/goldens/make-gliner2-goldens.py FOLDER [TEXTS] [SHAPE...]

Writes FOLDER/{name}/ for each shape below: config.json, encoder_config/config.json, the weights, the tokenizer, and found.jsonl, a
line each for TEXTS (default 40) texts: text, types (with descriptions and thresholds of their own, or without), threshold, nested,
and found [type, start, end, score] with offsets in UTF-16. classified.jsonl is the same for labels of texts: text, labels (with
descriptions, or without), task, multiLabel, threshold, the logits of all labels, and chosen [label, score].
test/gliner/golden.test.ts and test/gliner/classify.test.ts read such folders. Random weights are scaled up so that scores leave
0.5.

The package appends a period to a text that ends in none of ".!?", and a span may take it in. Such a span ends where the text's
last word ends; one of the period alone is left out, and of two that become the same the better one stays.
"""
import json
import pathlib
import random
import sys

import torch
import transformers
from safetensors.torch import save_file
from gliner2 import GLiNER2
from gliner2.configuration import ExtractorConfig

ROOT = pathlib.Path(__file__).parent.parent.parent
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=512)
DEBERTA = dict(
    SIZES, model_type="deberta-v2", relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm", share_att_key=True,
    pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0, max_relative_positions=-1, layer_norm_eps=1e-7,
)
MODERN = dict(
    SIZES, model_type="modernbert", num_hidden_layers=3, local_attention=16, pad_token_id=0, bos_token_id=1, cls_token_id=1,
    eos_token_id=2, sep_token_id=2,
)
SPM = ("test/goldens/gliner/deberta-v3", DEBERTA)
BERT = ("test/goldens/families/bert-rerank", dict(SIZES, model_type="bert"))

# name: tokenizer and encoder, keys of config.json
SHAPES = {
    "gliner2-deberta-v3": (SPM, dict(max_width=8, counting_layer="count_lstm_v2")),
    "gliner2-deberta-v3-first": (SPM, dict(max_width=5, counting_layer="count_lstm")),
    "gliner2-bert": (BERT, dict(max_width=12)),
    "gliner2-bert-attention": (BERT, dict(max_width=8, counting_layer="count_lstm_v2")),
    "gliner2-modernbert": (("test/goldens/families/modernbert", MODERN), dict(max_width=8, counting_layer="count_lstm")),
    "gliner2-modernbert-attention": (("test/goldens/families/modernbert", MODERN), dict(max_width=8, counting_layer="count_lstm_v2")),
}
TYPES = [
    "person", "organization", "drug", "contract number", "Ort", "date of birth", "x", "award", "人名", "e-mail", "two  spaces ", "#",
    "PERSON", "a [SEP_TEXT] b",
]
LABELS = [
    "positive", "negative", "neutral", "request for a refund", "Lob", "x", "天気", "#", "POSITIVE", "two  spaces ", "a [L] b", "(yes)",
    "0",
]
TASKS = ["sentiment", "category", "Thema des Textes", "intent: what the customer wants", "a  b ", "感情", "entities", "[P]"]
DESCRIPTIONS = ["names of people", "", "Firms, e.g. ACME Inc.", "was [DESCRIPTION] heißt:  so ", "日付", "x y\nz", "a medicine, (not) its dose"]
WORDS = (
    "Angela Merkel met Tim Cook in Berlin . , ; the of a U.S.-led O'Neill AT&T e-mail_me a_b-c d--e -f g- 3.14 2,000 $5 100% Çelik Łódź "
    "naïve 東京 都 北京 Москва ١٢٣ ½ x² é e\u0301 😀 👩‍👩‍👧 \u00ad \u2019s ( ) [ ] \" ' — … @user #tag http://x.y/z?q=1 Supercalifragilisticexpialidocious "
    "https://Ex.org/[P] HTTP:// httpſ://a www.B.c www. a.b@c.de A.B@c.D.e x@y @ @a_1! İstanbul ISIK ıſ\u212a@ſ.ık ΟΔΟΣ Σ ΑΣ' ΑΣ\u0301Β \u0928\u092e\u0938\u094d\u0924\u0947 "
    "می\u200cخواهم a\u200db ǅ ẞ Ⅷ [SEP_TEXT] [E] . ! ?"
).split(" ")
SPACES = [" ", " ", " ", " ", "", "  ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\r\n", "\x1c"]


def text_of(dice):
    count = dice.choice([0, 1, 2, 5, 10, 20, 40, 60])
    return "".join(dice.choice(WORDS) + dice.choice(SPACES) for _ in range(count))


def types_of(dice):
    """Types as the package takes them: names, with descriptions and thresholds for none, some or all."""
    names = dice.choices(TYPES, k=dice.choice([1, 2, 3, 5, 8]))
    described = dice.choice([0, 0, 0.5, 1])
    bounded = dice.choice([0, 0, 0.5])
    types = {}
    for name in names:
        types[name] = {}
        if dice.random() < described:
            types[name]["description"] = dice.choice(DESCRIPTIONS)
        if dice.random() < bounded:
            types[name]["threshold"] = dice.choice([0.2, 0.5, 0.8])
    return types


def utf16(text, at):
    return len(text[:at].encode("utf-16-le")) // 2


def answer_of(text, result):
    """[type, start, end, score], by place, without the period that the package appends."""
    best = {}
    last = len(text.rstrip())
    for name, entities in result["entities"].items():
        for entity in entities:
            end = last if entity["end"] > len(text) else entity["end"]
            if entity["start"] >= end:
                continue
            key = (name, utf16(text, entity["start"]), utf16(text, end))
            best[key] = max(best.get(key, 0), entity["confidence"])
    return sorted(([*key, round(score, 6)] for key, score in best.items()), key=lambda one: (one[1], -one[3]))


def labels_of(dice):
    """Labels, and the descriptions of none, some or all of them."""
    names = dice.sample(LABELS, k=dice.choice([1, 2, 3, 5, 9]))
    described = dice.choice([0, 0, 0.5, 1])
    return names, {name: dice.choice(DESCRIPTIONS) for name in names if dice.random() < described}


def write_classified(model, name, folder, count):
    dice = random.Random(name + " labels")
    logits = []
    hook = model.classifier.register_forward_hook(lambda _, __, out: logits.append(out.squeeze(-1).tolist()))
    with open(folder / "classified.jsonl", "w", encoding="utf-8") as lines:
        for _ in range(count):
            text = text_of(dice)
            names, descriptions = labels_of(dice)
            task = dice.choice(TASKS)
            multi = dice.random() < 0.5
            threshold = dice.choice([0.05, 0.3, 0.5, 0.7, 0.9])
            logits.clear()
            asked = dict(labels=names, label_descriptions=descriptions, multi_label=multi, cls_threshold=threshold)
            result = model.classify_text(text, {task: asked}, include_confidence=True)[task]
            chosen = [[one["label"], round(one["confidence"], 6)] for one in (result if multi else [result])]
            labels = [dict(label=one, description=descriptions[one]) if one in descriptions else one for one in names]
            rounded = [round(logit, 6) for logit in logits[0]]
            line = dict(text=text, labels=labels, task=task, multiLabel=multi, threshold=threshold, logits=rounded, chosen=chosen)
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    hook.remove()


def balance_counts(model, dice):
    """A model that counts no entities answers with none: moves the bias of that count so that some three quarters of texts have some."""
    margins = []
    model.count_pred.register_forward_hook(lambda _, __, logits: margins.extend((logits[:, 0] - logits[:, 1:].amax(1)).tolist()))
    for _ in range(21):
        model.extract_entities(text_of(dice), types_of(dice))
    model.count_pred._forward_hooks.clear()
    model.count_pred[2].bias[0] -= sorted(margins)[15]


def make(name, folder, count):
    (tokenizer_folder, encoder), config = SHAPES[name]
    torch.manual_seed(sum(map(ord, name)))
    # As it comes: a byte-level tokenizer puts no space before a word.
    tokenizer = transformers.AutoTokenizer.from_pretrained(ROOT / tokenizer_folder)
    encoder = dict(encoder)
    settings = transformers.AutoConfig.for_model(encoder.pop("model_type"), **encoder, vocab_size=len(tokenizer))
    model = GLiNER2(ExtractorConfig(model_name="example/encoder", **config), encoder_config=settings, tokenizer=tokenizer).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if value.dim() > 1:
                value.copy_(torch.randn_like(value) * (0.2 if key.startswith("encoder") else 1.2 / value.shape[-1] ** 0.5))
            elif "norm" not in key.lower():
                value.copy_(torch.randn_like(value) * 0.1)
        balance_counts(model, random.Random(name))
        # So that the file can be float16.
        for value in model.parameters():
            value.copy_(value.half().float())
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    save_file({key: value.half() for key, value in model.state_dict().items() if value.is_floating_point()}, folder / "model.safetensors")
    dice = random.Random(name)
    with open(folder / "found.jsonl", "w", encoding="utf-8") as lines:
        for _ in range(count):
            text = text_of(dice)
            types = types_of(dice)
            threshold = dice.choice([0.05, 0.3, 0.5, 0.7, 0.9])
            nested = dice.random() < 0.4
            result = model.extract_entities(
                text, types, threshold=threshold, overlap_policy="nested" if nested else None, include_confidence=True, include_spans=True,
            )
            asked = [dict(type=name, **more) if more else name for name, more in types.items()]
            line = dict(text=text, types=asked, threshold=threshold, nested=nested, found=answer_of(text, result))
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    write_classified(model, name, folder, count)


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1])
    texts = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    for shape in sys.argv[3:] or SHAPES:
        make(shape, out / shape, texts)
        print(shape)
