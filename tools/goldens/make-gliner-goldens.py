"""Small random models of GLiNER, and what the package answers with them.

    pip install gliner==0.2.29 torch transformers
    python tools/goldens/make-gliner-goldens.py FOLDER [TEXTS]

Writes FOLDER/{name}/ for each shape below: gliner_config.json, the weights, the tokenizer, and found.jsonl, a line each for TEXTS
(default 40) texts: text, types, threshold, nested, multiLabel, and found [type, start, end, score] with offsets in UTF-16.
test/gliner/golden.test.ts reads such folders, of which the tree has lines with entities and some without. Random weights are scaled up so that scores leave 0.5.

A word of which the tokenizer leaves nothing (a soft hyphen, a mark by itself with BERT's) moves all words behind it by one in the
package, whose prepare_word_mask counts words with pieces. That is put right here: such a word stays where it is, with zeros for
its hidden states. Lines it changes are marked "patched".
"""
import functools
import json
import pathlib
import random
import sys

import torch
import transformers
from gliner import GLiNERConfig
from gliner.config import BiEncoderSpanConfig, BiEncoderTokenConfig
from gliner.model import BiEncoderSpanGLiNER, BiEncoderTokenGLiNER, UniEncoderSpanGLiNER, UniEncoderTokenGLiNER

ROOT = pathlib.Path(__file__).parent.parent.parent
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=512)
DEBERTA = dict(
    SIZES, model_type="deberta-v2", relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm", share_att_key=True,
    pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0, max_relative_positions=-1, layer_norm_eps=1e-7,
)
BERT = ("test/goldens/families/bert-rerank", dict(SIZES, model_type="bert"))
ROBERTA = ("test/goldens/families/roberta", dict(SIZES, model_type="roberta", type_vocab_size=1, max_position_embeddings=514))
SPM = ("test/goldens/gliner/deberta-v3", DEBERTA)
# Byte-level tokenizers as they come: the package puts no space before a word.
MODERN = (
    "test/goldens/families/modernbert",
    dict(SIZES, model_type="modernbert", num_hidden_layers=3, local_attention=16, pad_token_id=0, bos_token_id=1, cls_token_id=1, eos_token_id=2, sep_token_id=2),
)
FIRST = (
    "test/goldens/families/roberta",
    dict(SIZES, model_type="deberta", relative_attention=True, pos_att_type=["c2p", "p2c"], position_biased_input=False, type_vocab_size=0, max_relative_positions=-1),
)

TOKENS = dict(span_mode="token_level")
# Bi-encoders: a second tokenizer and encoder, for types.
SMALLER = dict(hidden_size=12, intermediate_size=20)
TYPES_BERT = dict(types=(BERT[0], dict(BERT[1], **SMALLER)))
TYPES_MODERN = dict(types=MODERN)
TYPES_SPM = dict(types=(SPM[0], dict(SPM[1], **SMALLER)))

# name: tokenizer and encoder, keys of gliner_config.json, whether the weights are a .bin
SHAPES = {
    "bert": (BERT, dict(hidden_size=16, max_width=12, max_len=384), False),
    "bert-projected": (BERT, dict(hidden_size=24, max_width=4, max_len=40, num_rnn_layers=2), True),
    "roberta-no-lstm": (ROBERTA, dict(hidden_size=16, max_width=8, num_rnn_layers=0, embed_ent_token=False), False),
    "deberta-v3-small": (SPM, dict(hidden_size=16, max_width=12, max_len=384), False),
    "deberta-v3-projected": (SPM, dict(hidden_size=20, max_width=5, max_len=64), True),
    "roberta-as-it-comes": (ROBERTA, dict(hidden_size=16, max_width=8, max_len=384), False),
    "modernbert": (MODERN, dict(hidden_size=16, max_width=8, max_len=384), False),
    "deberta": (FIRST, dict(hidden_size=16, max_width=8, max_len=384), False),
    "words-deberta-v3": (SPM, dict(TOKENS, hidden_size=20, max_len=64), True),
    "words-bert-no-lstm": (BERT, dict(TOKENS, hidden_size=16, max_len=384, num_rnn_layers=0), False),
    "words-roberta": (ROBERTA, dict(TOKENS, hidden_size=16, max_len=384, num_rnn_layers=2, embed_ent_token=False), False),
    "words-modernbert": (MODERN, dict(TOKENS, hidden_size=24, max_len=384), False),
    "last-deberta-v3": (SPM, dict(hidden_size=16, max_width=6, max_len=64, subtoken_pooling="last"), False),
    "words-mean-bert": (BERT, dict(TOKENS, hidden_size=20, max_len=384, subtoken_pooling="mean"), False),
    "represented-bert": (BERT, dict(TOKENS, hidden_size=16, max_len=384, represent_spans=True), False),
    "bi-modernbert": (MODERN, dict(TYPES_BERT, hidden_size=20, max_width=12, max_len=384), False),
    "bi-deberta-v3-max": (SPM, dict(TYPES_BERT, hidden_size=12, max_width=5, max_len=64, num_rnn_layers=0, subtoken_pooling="max"), True),
    "bi-roberta-mean": (ROBERTA, dict(TYPES_MODERN, hidden_size=16, max_width=8, max_len=384, subtoken_pooling="mean"), False),
    "bi-words-bert": (BERT, dict(TOKENS, **TYPES_SPM, hidden_size=20, max_len=384, num_rnn_layers=0), False),
    "bi-represented-modernbert": (MODERN, dict(TOKENS, **TYPES_BERT, hidden_size=20, max_len=384, represent_spans=True), False),
}
# Made only if named: the shape of knowledgator/gliner-bi-base-v2.0 (Ettin 150M, bge-small), for bench/gliner-types.mjs.
BASE = dict(hidden_size=768, intermediate_size=1152, num_hidden_layers=22, num_attention_heads=12, local_attention=128)
SMALL = dict(hidden_size=384, intermediate_size=1536, num_hidden_layers=12, num_attention_heads=12)
LARGE = {
    "bi-base": ((MODERN[0], dict(MODERN[1], **BASE)), dict(types=(BERT[0], dict(BERT[1], **SMALL)), hidden_size=512, max_width=12, max_len=384), False),
}
TYPES = ["person", "organization", "drug", "contract number", "Ort", "date of birth", "x", "award", "人名", "e-mail", "two  spaces ", "#", "PERSON"]
WORDS = (
    "Angela Merkel met Tim Cook in Berlin . , ; the of a U.S.-led O'Neill AT&T e-mail_me a_b-c d--e -f g- 3.14 2,000 $5 100% Çelik Łódź "
    "naïve 東京 都 北京 Москва ١٢٣ ½ x² é e\u0301 😀 👩‍👩‍👧 \u00ad \u2019s ( ) [ ] \" ' — … @user #tag http://x.y/z?q=1 Supercalifragilisticexpialidocious"
).split()
SPACES = [" ", " ", " ", " ", "", "  ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\r\n"]


def text_of(dice):
    count = dice.choice([0, 1, 2, 5, 10, 20, 40, 60])
    return "".join(dice.choice(WORDS) + dice.choice(SPACES) for _ in range(count))


def word_mask(pooling, texts, tokenized, skip_first_words=None, **_):
    """prepare_word_mask by the words' own numbers."""
    masks = []
    for index in range(len(texts)):
        skip = 0 if skip_first_words is None else skip_first_words[index]
        words = tokenized.word_ids(index)
        mask = []
        for place, word in enumerate(words):
            is_first, is_last = word != ([None] + words)[place], word != (words + [None])[place + 1]
            is_read = {"first": is_first, "last": is_last}.get(pooling, True)
            mask.append(word - skip + 1 if word is not None and word >= skip and is_read else 0)
        masks.append(mask)
    return masks


def utf16(text, at):
    return len(text[:at].encode("utf-16-le")) // 2


def tokenizer_of(name, folder):
    """DeBERTa's first tokenizer is RoBERTa's with BERT's special tokens."""
    if name != "deberta":
        spaced = {} if name in ("roberta-as-it-comes", "modernbert") else {"add_prefix_space": True}
        return transformers.AutoTokenizer.from_pretrained(folder, **spaced)
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    special = {"<s>": "[CLS]", "</s>": "[SEP]", "<unk>": "[UNK]", "<pad>": "[PAD]", "<mask>": "[MASK]"}
    vocabulary = {special.get(piece, piece): index for piece, index in model["vocab"].items()}
    return transformers.DebertaTokenizer(vocab=vocabulary, merges=[tuple(pair) for pair in model["merges"]])


def make(name, folder, count):
    (tokenizer_folder, encoder), config, is_bin = {**SHAPES, **LARGE}[name]
    config = dict(config)
    types_tokenizer, types_encoder = config.pop("types", (None, None))
    torch.manual_seed(sum(map(ord, name)))
    tokenizer = tokenizer_of(name, ROOT / tokenizer_folder)
    scores_words = config.get("span_mode") == "token_level"
    more = {}
    if types_encoder is None:
        tokenizer.add_tokens(["<<ENT>>", "<<SEP>>"], special_tokens=True)
        Model, Settings = UniEncoderTokenGLiNER if scores_words else UniEncoderSpanGLiNER, GLiNERConfig
        config["class_token_index"] = tokenizer.convert_tokens_to_ids("<<ENT>>")
    else:
        labels = more["labels_tokenizer"] = tokenizer_of("types", ROOT / types_tokenizer)
        Model = BiEncoderTokenGLiNER if scores_words else BiEncoderSpanGLiNER
        Settings = BiEncoderTokenConfig if scores_words else BiEncoderSpanConfig
        config.update(labels_encoder="example/types", labels_encoder_config=dict(types_encoder, vocab_size=len(labels)))
    vocabulary = len(tokenizer)
    settings = Settings(
        model_name="example/encoder", encoder_config=dict(encoder, vocab_size=vocabulary), vocab_size=vocabulary, dropout=0.0, **config,
    )
    folder.mkdir(parents=True, exist_ok=True)
    model = Model(settings, tokenizer=tokenizer, backbone_from_pretrained=False, **more).eval()
    with torch.no_grad():
        for key, value in model.model.named_parameters():
            if value.dim() > 1:
                value.copy_(torch.randn_like(value) * (0.2 if "bert_layer" in key or "labels_encoder" in key else 1.2 / value.shape[-1] ** 0.5))
    model.save_pretrained(folder, safe_serialization=not is_bin)
    dice = random.Random(name)
    own_word_mask = model.data_processor.prepare_word_mask
    with open(folder / "found.jsonl", "w", encoding="utf-8") as lines:
        for _ in range(count):
            text = text_of(dice)
            types = dice.choices(TYPES, k=dice.choice([1, 2, 3, 5, 8]))
            threshold = dice.choice([0.05, 0.3, 0.5, 0.7, 0.9])
            nested, multi = dice.random() < 0.4, dice.random() < 0.3
            words = [word for word, _, _ in model.data_processor.words_splitter(text)]
            seen = set(tokenizer(words, is_split_into_words=True).word_ids()) if words else set()
            patched = len(seen - {None}) < len(words)
            pooled = functools.partial(word_mask, config.get("subtoken_pooling", "first"))
            model.data_processor.prepare_word_mask = pooled if patched else own_word_mask
            found = model.predict_entities(text, types, flat_ner=not nested, threshold=threshold, multi_label=multi)
            answer = [[e["label"], utf16(text, e["start"]), utf16(text, e["end"]), round(e["score"], 6)] for e in found]
            line = dict(text=text, types=types, threshold=threshold, nested=nested, multiLabel=multi, found=answer)
            if patched:
                line["patched"] = True
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1])
    texts = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    for shape in sys.argv[3:] or SHAPES:
        make(shape, out / shape, texts)
        print(shape)
