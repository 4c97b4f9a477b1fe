"""Tokenizers and texts for comparisons with the Rust tokenizers library: goldens and fuzzing are made of them."""
import copy
import json
import pathlib

from tokenizers import Tokenizer

FOLDER = pathlib.Path(__file__).parent.parent.parent / "test/goldens/family"

HARD = [
    "", " ", "Hello world", " leading", "trailing ", "two  spaces", "  many   spaces   here  ", "end\n", "\ttab first",
    "My name is Sarah and I live in London.", "Müller und Çelik met at Café de Flore in Paris.",
    "😀 Angela Merkel 👩‍👩‍👧 visited São Paulo 🇧🇷 today.", "北京 Xi Jinping met Joe Biden in San Francisco.",
    "The U.N. official O'Neill (Reuters) said...", "AT&T and Yahoo! sued Apple Inc.",
    "don't can't it's we're I'll they've he'd DON'T", "Иван Петров lives in Москва.", "𝔉𝔯𝔞𝔫𝔨 works for 🦄 Inc",
    "tab\tnew\nline\r\nend", "１２３ ＡＢＣ ﬁnance ① ½ ㌔ ﷺ", "e\u0301mile Zola fut ne\u0301 a\u0300 Paris",
    "日本語のテスト、東京。", "한국어 텍스트 \u1112\u1161\u11ab", "हिन्दी ภาษาไทย العربية עברית", "<s> literal </s> <mask> <pad> <unk>",
    "[CLS] literal [SEP]", "a <mask> b  <mask>c", "x" * 300, "https://example.com/a?b=c&d=e#f user@example.org 1,000.50",
    "zero\u200bwidth\u200djoin\u00adsoft\ufeffbom", "a\u0001nul\u007fin the middle\ufffd", "\u2581literal\u2581metaspace",
    "\u0120\u010a bytes", "\u2028 line sep \u3000 wide \u0085 next", "İstanbul ΟΔΟΣ Straße ǅ", "word" + "\u0300" * 12,
    "𠀀𠀁", "--- ... !!!", "a\u302e\u1b44b \u1d15e", "©\u200d®\u200d🔥 ©\ufe0f क्ष क्\u200dष क\u094dक\u093c\u0301", "ｶﾞ ﾊﾟ ﾞ", "\r\n\r\n a\u00a0b",
    "\u0600a \u06dd\u0301 \u1100\u0301\u1161", "12th 3½ ٣٤ ⅷ", "_under_score __ ‿", "\u0001dropped first",
]

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz", "ABC XYZ 019 ", " ", " .,;:!?'\"()-_/@#&*", "éèüßñçøåÄÖ", "\u0300\u0301\u0308\u0327\u093c\u094d\u200d\ufe0f",
    "абвгд ΑΒΓςσ", "中文字東京", "かなカナｶﾞ", "한국어\u1100\u1161\u11a8", "कखगघ\u094dाि", "กขค\u0e48\u0e31", "אבגابج\u064b", "😀🦄🇧🇷👩🔥©®",
    "①½ﬁﷺ㌔Ａ１", "\t\n\r\u00a0\u3000\u2028\u200b\ufeff\u00ad\u0001", "𝔉𠀀𐍈",
]
# What is met in the kinds with many added tokens.
ADDED_WORDS = ["the", " the ", "The", "<l>", " <l>  ", "<r>", " <r> \t", "Éa", "éa", "e\u0301a", "a b", "A  b", "€", "_", "\u0301", "\u200d", "½", "[SEP]", "</s>"]
SPACES = ["  ", "   ", "    ", " " * 23, " " * 30, " \t", " [MASK]", "[MASK] ", "  [MASK]", "[CLS]", "|||EMAIL_ADDRESS|||", "[unused0]"]
LLAMA_WORDS = ["\r\n", "\n", "\r", " \n", "\t\n ", "  \n\n  ", "\t", "'", "'S", "'\u017f", "'Re", "'LL", "'x", "1", "12", "1234567", " 1", "_", "-", "...\n", "<|mask|>", "<|mask|> ", "<|end_of_text|>", "<|begin_of_text|>", "London", " Paris"]
MORE_WORDS = {"added": ADDED_WORDS, "spaces": SPACES, "eurobert": LLAMA_WORDS}
WORDS = ["London", "Paris", " of", "the ", "'s", "1999", "<mask>", "</s>", "…", "n't", "▁", "Ġ"]


def random_text(source, words=WORDS):
    parts = []
    for _ in range(source.choice([2, 4, 8, 16])):
        parts.append(source.choice(words) if source.random() < 0.2 else source.choice(source.choice(ALPHABETS)))
    return "".join(parts)


# Else the steps of BERT and RoBERTa are those of their classes in transformers.
AS_IT_IS = {"tokenizer_class": "PreTrainedTokenizerFast"}
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
LEGACY = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
ROBERTA = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}
BERT = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
STRIPPED = [
    {"type": "Strip", "strip_left": False, "strip_right": True},
    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"},
]


def wordpiece(name, normalizer, pre_tokenizer, **parts):
    return {name: ("bert", AS_IT_IS, {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": BERT, **parts})}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


def split(kind, pattern, behavior, invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


WHITE = {"type": "WhitespaceSplit"}
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UNSPLIT = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
FALLBACK_DECODERS = [
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
    {"type": "ByteFallback"},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
]


def special_piece(name, type_id):
    return {"SpecialToken": {"id": name, "type_id": type_id}}


def sequence_piece(name, type_id):
    return {"Sequence": {"id": name, "type_id": type_id}}


def added(first):
    """Added tokens of every make, with ids from `first` on."""
    flags = [
        ("the", {"single_word": True}),
        ("The", {"single_word": True, "normalized": True}),
        ("<l>", {"lstrip": True}),
        ("<r>", {"rstrip": True, "special": True}),
        ("Éa", {"normalized": True}),
        ("a b", {"normalized": True, "lstrip": True, "rstrip": True}),
        ("€", {"single_word": True, "lstrip": True, "rstrip": True}),
        ("<l><r>", {}),
    ]
    return [{"id": first + n, "content": content, **flag} for n, (content, flag) in enumerate(flags)]


def named(*contents):
    return [{"id": n, "content": content, "special": True} for n, content in enumerate(contents)]


# By name: the tokenizer.json it starts from, tokenizer_config.json, and the parts that are other ones; of the model its
# settings alone. "charsmap" stands for the normaliser of the file.
KINDS = {
    "roberta": ("roberta", {}, {}),
    "roberta-prefix-space": (
        "roberta", {"add_prefix_space": True}, {"pre_tokenizer": BYTE_LEVEL, "post_processor": ROBERTA},
    ),
    "roberta-untrimmed": (
        "roberta",
        {"trim_offsets": False},
        {"post_processor": {**ROBERTA, "trim_offsets": False, "add_prefix_space": False}},
    ),
    "xlm-roberta": ("xlm-roberta", {}, {}),
    "unigram-metaspace": (
        "xlm-roberta",
        AS_IT_IS,
        {
            "normalizer": {"type": "Sequence", "normalizers": ["charsmap", *STRIPPED]},
            "pre_tokenizer": METASPACE,
            "decoder": METASPACE,
            "added_tokens": [{"id": 1101, "content": "<mask>", "lstrip": True, "special": True, "normalized": False}],
        },
    ),
    "unigram-legacy": ("xlm-roberta", AS_IT_IS, {"pre_tokenizer": LEGACY, "decoder": LEGACY}),
    "wordpiece-sequence": (
        "bert",
        AS_IT_IS,
        {
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Nmt"},
                    {"type": "Replace", "pattern": {"String": "``"}, "content": '"'},
                    {"type": "Lowercase"},
                    {"type": "StripAccents"},
                    {"type": "Prepend", "prepend": "a "},
                ],
            },
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [{"type": "Whitespace"}, {"type": "Digits", "individual_digits": True}],
            },
            "post_processor": BERT,
            "added_tokens": [
                {"id": 3, "content": "[SEP]", "special": True, "normalized": False},
                {"id": 2506, "content": "The", "special": False, "normalized": True, "single_word": True},
            ],
        },
    ),
    "wordpiece-punctuation": (
        "bert",
        AS_IT_IS,
        {
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "WhitespaceSplit"},
                    {"type": "Punctuation", "behavior": "Contiguous"},
                    {"type": "Digits", "individual_digits": False},
                ],
            },
            "decoder": None,
        },
    ),
    **wordpiece("wordpiece-nfd", sequence("normalizers", {"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}), WHITE),
    **wordpiece("wordpiece-nfkd", {"type": "NFKD"}, sequence("pretokenizers", WHITE, {"type": "Punctuation", "behavior": "MergedWithNext"})),
    **wordpiece("wordpiece-nfc", sequence("normalizers", {"type": "NFC"}, {"type": "Lowercase"}), {"type": "BertPreTokenizer"}),
    **wordpiece(
        "wordpiece-nfkc",
        sequence("normalizers", {"type": "NFKC"}, {"type": "Strip", "strip_left": True, "strip_right": True}),
        sequence("pretokenizers", WHITE, {"type": "Punctuation", "behavior": "MergedWithPrevious"}),
    ),
    **wordpiece(
        "wordpiece-split",
        {"type": "Replace", "pattern": {"Regex": r"\d{2,3}|[x-z]+|!"}, "content": "1a"},
        sequence(
            "pretokenizers",
            split("Regex", r"\s+", "Removed"),
            split("String", "-", "MergedWithNext"),
            split("String", "is", "MergedWithPrevious"),
            split("Regex", r"\p{N}{1,3}", "Isolated"),
            split("Regex", r"[aeiou]|[^\w\s]", "Contiguous"),
            {"type": "CharDelimiterSplit", "delimiter": "m"},
        ),
    ),
    **wordpiece("wordpiece-inverted", None, sequence("pretokenizers", split("Regex", r"\w+|[^\w\s]+", "Removed", True), split("Regex", r"[\p{L}_]+", "MergedWithNext", True))),
    **wordpiece("wordpiece-added", {"type": "BertNormalizer", "lowercase": True}, {"type": "BertPreTokenizer"}, added_tokens=[*named("[PAD]", "[UNK]", "[CLS]", "[SEP]"), *added(2506)]),
    # Without a pre-tokenizer all between two added tokens is one word.
    **wordpiece("wordpiece-unsplit", {"type": "BertNormalizer", "lowercase": True}, None, added_tokens=[*named("[PAD]", "[UNK]", "[CLS]", "[SEP]"), *added(2506)]),
    "roberta-split": ("roberta", AS_IT_IS, {"pre_tokenizer": sequence("pretokenizers", split("Regex", GPT2, "Isolated"), UNSPLIT)}),
    # As Llama 3's, whose steps EuroBERT has.
    "eurobert": (
        "roberta",
        {**AS_IT_IS, "mask_token": "<|mask|>", "pad_token": "<|end_of_text|>", "bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"},
        {
            "normalizer": None,
            "pre_tokenizer": sequence("pretokenizers", split("Regex", LLAMA, "Isolated"), UNSPLIT),
            "post_processor": {
                "type": "Sequence",
                "processors": [
                    {**UNSPLIT, "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
                    {
                        "type": "TemplateProcessing",
                        "single": [special_piece("<|begin_of_text|>", 0), sequence_piece("A", 0), special_piece("<|end_of_text|>", 0)],
                        "pair": [
                            special_piece("<|begin_of_text|>", 0), sequence_piece("A", 0), special_piece("<|end_of_text|>", 0),
                            special_piece("<|begin_of_text|>", 1), sequence_piece("B", 1), special_piece("<|end_of_text|>", 1),
                        ],
                        "special_tokens": {
                            name: {"id": name, "ids": [id], "tokens": [name]}
                            for name, id in (("<|begin_of_text|>", 900), ("<|end_of_text|>", 901))
                        },
                    },
                ],
            },
            "model": {"ignore_merges": True},
            "added_tokens": [
                {"id": 900 + n, "content": f"<|{name}|>", "special": True}
                for n, name in enumerate(("begin_of_text", "end_of_text", "mask", "parallel_sep"))
            ],
        },
    ),
    "roberta-added": ("roberta", AS_IT_IS, {"added_tokens": [*named("<s>", "<pad>", "</s>"), *added(900)]}),
    "unigram-added": ("xlm-roberta", AS_IT_IS, {"added_tokens": [*named("<s>", "<pad>", "</s>", "<unk>"), *added(1102)]}),
    "unigram-nfkc": (
        "xlm-roberta",
        AS_IT_IS,
        {
            "normalizer": sequence("normalizers", {"type": "Nmt"}, {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}),
            "pre_tokenizer": METASPACE,
            "decoder": METASPACE,
        },
    ),
    # As the fast tokenizers of DeBERTa v2 and v3 were written before version 5 of transformers; and since.
    "unigram-deberta": (
        "xlm-roberta",
        AS_IT_IS,
        {
            "normalizer": sequence("normalizers", {"type": "Strip", "strip_left": True, "strip_right": True}, "charsmap", {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}),
            "pre_tokenizer": sequence("pretokenizers", {**METASPACE, "prepend_scheme": "always"}),
            "decoder": {**METASPACE, "prepend_scheme": "always"},
        },
    ),
    "unigram-deberta-5": ("../families/deberta-v3/tokenizer", {"tokenizer_class": "DebertaV2Tokenizer"}, {}),
    "modernbert": ("../families/modernbert/tokenizer", {"tokenizer_class": "TokenizersBackend"}, {}),
    # As published: runs of spaces, and the mask that takes the space before it.
    "modernbert-spaces": (
        "../families/modernbert/tokenizer",
        AS_IT_IS,
        {
            "added_tokens": [
                *named("[UNK]", "[CLS]", "[SEP]", "[PAD]"),
                {"id": 4, "content": "[MASK]", "lstrip": True, "special": True},
                *({"id": 1300 + n, "content": " " * (24 - n), "normalized": True} for n in range(23)),
                {"id": 1323, "content": "|||EMAIL_ADDRESS|||", "normalized": True},
                {"id": 1324, "content": "[unused0]", "normalized": True},
            ],
        },
    ),
    "unigram-fallback": ("unigram-fallback", AS_IT_IS, {}),
    "bpe-fallback": ("bpe-fallback", AS_IT_IS, {}),
    "bpe-suffix": ("bpe-suffix", AS_IT_IS, {}),
}


def build(base, parts):
    whole = json.loads((FOLDER / f"{base}.json").read_text())
    charsmap = whole["normalizer"]
    parts = copy.deepcopy(parts)
    for token in parts.get("added_tokens", []):
        for key in ("single_word", "lstrip", "rstrip", "normalized", "special"):
            token.setdefault(key, False)
    normalizer = parts.get("normalizer") or {}
    if "normalizers" in normalizer:
        normalizer["normalizers"] = [charsmap if step == "charsmap" else step for step in normalizer["normalizers"]]
    if normalizer.get("type") == "BertNormalizer":
        for key in ("clean_text", "handle_chinese_chars", "strip_accents"):
            normalizer.setdefault(key, None if key == "strip_accents" else True)
    whole.update(parts, model={**whole["model"], **parts.get("model", {})})
    return Tokenizer.from_str(json.dumps(whole))


def words_of(name):
    """What stands in texts beside single characters."""
    return WORDS + MORE_WORDS.get(name.rpartition("-")[2], [])


def units(text):
    """The UTF-16 unit at which each code point begins."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if ord(character) > 0xFFFF else 1))
    return places
