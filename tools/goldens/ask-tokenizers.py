"""Asks the Rust tokenizers library what it does to every code point, and writes its answers to test/goldens/unicode.json.

    pip install tokenizers==0.23.3
    python tools/goldens/ask-tokenizers.py && node tools/goldens/make-unicode-tables.mjs

The tables in src/text/*-tables.ts are made of these answers and of nothing else. Takes about a minute.
"""
import base64
import json
import pathlib
import struct

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

CODES = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)


def runs(found):
    """[first, last] of each run of code points."""
    listed = []
    for code in found:
        if listed and listed[-1][1] == code - 1:
            listed[-1][1] = code
        else:
            listed.append([code, code])
    return listed


def changes(normalizer):
    """What differs from the code point, by hexadecimal code point. Hangul syllables are arithmetic, and left out."""
    results = {}
    for code in CODES:
        text = chr(code)
        result = normalizer.normalize_str(text)
        if result != text and code not in HANGUL:
            results[f"{code:X}"] = result
    return results


def bert(**settings):
    off = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**{**off, **settings})


def classes():
    """The first code point of each run of a class, as the BERT normaliser and pre-tokenizer tell them apart."""
    normalizer = bert(clean_text=True, handle_chinese_chars=True)
    cutter = pre_tokenizers.BertPreTokenizer()

    def kind(text):
        result = normalizer.normalize_str(text)
        if result == "":
            return "delete"
        if result == " ":
            return "space"
        if result == f" {text} ":
            return "cjk"
        return "punctuation" if len(cutter.pre_tokenize_str(f"a{text}a")) == 3 else "letter"

    listed = []
    for code in CODES:
        now = kind(chr(code))
        if not listed or listed[-1][1] != now:
            listed.append([code, now])
    return listed


def mark_ranks():
    """Canonical combining classes by rank, 1 the lowest: by asking which of two marks canonical ordering puts first."""
    normalizer = normalizers.NFD()

    def swaps(first, second):
        return normalizer.normalize_str(f"x{first}{second}") != f"x{first}{second}"

    # The lowest and the highest class: a mark changes places with one of them.
    lead = {code: normalizer.normalize_str(chr(code))[0] for code in CODES if code not in HANGUL}
    marks = [code for code, mark in lead.items() if swaps("\u0345", mark) or swaps(mark, "\u0334")]
    examples = []
    for code in marks:
        mark = lead[code]
        if not any(not swaps(mark, other) and not swaps(other, mark) for other in examples):
            examples.append(mark)
    # Insertion by asking: there are about fifty classes.
    ordered = []
    for mark in examples:
        place = sum(1 for other in ordered if swaps(mark, other))
        ordered.insert(place, mark)

    def rank(mark):
        return next(n for n, other in enumerate(ordered, 1) if not swaps(mark, other) and not swaps(other, mark))

    return {f"{code:X}": rank(lead[code]) for code in marks}


def byte_level():
    """Letters, numbers and white space of the byte-level pre-tokenizer's pattern."""
    cutter = pre_tokenizers.ByteLevel(add_prefix_space=False)

    def joins(text):
        return len(cutter.pre_tokenize_str(text)) == 1

    letters = [code for code in CODES if joins(f"a{chr(code)}a")]
    numbers = [code for code in CODES if joins(f"1{chr(code)}1")]
    others = [code for code in CODES if joins(f"!{chr(code)}!")]
    spaces = sorted(set(CODES) - set(letters) - set(numbers) - set(others))
    return {"letter": runs(letters), "number": runs(numbers), "space": runs(spaces)}


def word_characters():
    """What may not stand beside an added token that is met as a single word."""
    tokenizer = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    tokenizer.add_tokens([AddedToken("<x>", single_word=True, normalized=False)])
    return runs(code for code in CODES if tokenizer.encode(f"<x>{chr(code)}").tokens[0] == "?")


def white_space():
    cutter = pre_tokenizers.WhitespaceSplit()
    return runs(code for code in CODES if len(cutter.pre_tokenize_str(f"a{chr(code)}a")) == 2)


def decimal():
    cutter = pre_tokenizers.Split(Regex(r"\d"), "removed")
    return runs(code for code in CODES if len(cutter.pre_tokenize_str(f"a{chr(code)}a")) == 2)


def decomposed():
    normalizer = normalizers.NFKD()
    return runs(code for code in CODES if normalizer.normalize_str(chr(code)) != chr(code))


def numeric():
    cutter = pre_tokenizers.Digits()
    return runs(code for code in CODES if len(cutter.pre_tokenize_str(f"a{chr(code)}a")) == 3)


def charsmap(keys):
    """A precompiled_charsmap (sentencepiece's: a double-array trie over UTF-8, then the results) that makes each key an X."""
    ends = set(keys)
    inner = {key[:length] for key in keys for length in range(len(key))}
    # 256 units for each node that has children; all the others end a key, and share the units from 256 on.
    blocks = {prefix: 512 + 256 * n for n, prefix in enumerate(sorted(inner))}
    units = [0] * (512 + 256 * len(blocks))
    units[256] = 1 << 31

    def unit(position, prefix):
        return (position ^ blocks.get(prefix, 256)) << 10 | (0x100 if prefix in ends else 0) | (prefix or b"\0")[-1]

    units[0] = unit(0, b"")
    for prefix in (ends | inner) - {b""}:
        position = blocks[prefix[:-1]] ^ prefix[-1]
        units[position] = unit(position, prefix)
    return struct.pack("<I", 4 * len(units)) + struct.pack(f"<{len(units)}I", *units) + b"X\0"


def graphemes():
    """
    Grapheme clusters show in the precompiled normaliser alone, and only those shorter than 6 bytes: it replaces the
    whole of such a cluster by what stands for its shortest prefix.
    """
    after_a = normalizers.Precompiled(charsmap([b"a"]))
    after_sign = normalizers.Precompiled(charsmap(["©".encode()]))
    continues = [code for code in CODES if after_a.normalize_str(f"a{chr(code)}") == "X"]
    known = set(continues)
    pictographic = [
        code
        for code in CODES
        if code not in known and after_sign.normalize_str(f"©\u200d{chr(code)}").startswith("X\u200d")
    ]
    prepends, breaks = [], []
    for first in range(0, 0x110000, 0x8000):
        lot = [code for code in range(first, first + 0x8000) if code not in (0, ord("_")) and not 0xD800 <= code <= 0xDFFF]
        if not lot:
            continue
        normalizer = normalizers.Precompiled(charsmap([chr(code).encode() for code in lot]))
        prepends += [c for c in lot if normalizer.normalize_str(f"{chr(c)}_") == "X"]
        breaks += [c for c in lot if c < 0x10000 and normalizer.normalize_str(f"{chr(c)}\u05bf") != "X"]
    # Consonants that a linker joins (GB9c of UAX 29): in a cluster that has become too long, a mark is kept.
    consonant, linker, mark = "\u0915", "\u094d", "\u0301"
    wide = [code for code in CODES if 0 < code < 0x10000]
    conjunct_consonants = []
    for first in range(0, 0x10000, 0x8000):
        lot = [code for code in wide if first <= code < first + 0x8000 and chr(code) not in (consonant, linker, mark)]
        normalizer = normalizers.Precompiled(charsmap([chr(code).encode() for code in lot]))
        joined = f"{consonant}{linker}X{mark}"
        conjunct_consonants += [
            c for c in lot if c not in known and normalizer.normalize_str(f"{consonant}{linker}{chr(c)}{mark}") == joined
        ]
    conjunct_consonants = sorted({*conjunct_consonants, ord(consonant)} - set(breaks))
    after_qa = normalizers.Precompiled(charsmap(["\u0958".encode()]))

    def joins(between):
        return after_qa.normalize_str(f"{consonant}{between}\u0958{mark}").endswith(mark)

    linkers = [code for code in continues if joins(chr(code))]
    known_linkers = set(linkers)
    others = [code for code in continues if code not in known_linkers and joins(chr(code) + linker)]
    return {
        "continues": runs(continues),
        "prepends": runs(prepends),
        "breaks": runs(breaks),
        "pictographic": runs(pictographic),
        "conjunctConsonants": runs(conjunct_consonants),
        "conjunctLinkers": runs(linkers),
        "conjunctExtends": runs(others),
    }


def main():
    answers = {
        "tokenizers": tokenizers.__version__,
        "classes": classes(),
        "lowercase": changes(bert(lowercase=True)),
        "stripAccents": changes(bert(strip_accents=True)),
        "markRanks": mark_ranks(),
        "byteLevel": byte_level(),
        "word": word_characters(),
        "whiteSpace": white_space(),
        "numeric": numeric(),
        "decimal": decimal(),
        "decomposed": decomposed(),
        "graphemes": graphemes(),
        "combining": runs(code for code in CODES if normalizers.StripAccents().normalize_str(chr(code)) == ""),
    }
    path = pathlib.Path(__file__).parent.parent.parent / "test/goldens/unicode.json"
    lines = ",\n".join(f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}" for name, value in answers.items())
    path.write_text(f"{{\n{lines}\n}}\n")
    print(f"{path}: {path.stat().st_size} bytes")


main()
