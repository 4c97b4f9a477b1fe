"""Compares the tokenizers of MPNet and ALBERT, of each of the files that they come in, with transformers' on random texts.

    pip install transformers==5.16.1 tokenizers==0.23.3 sentencepiece protobuf
    npm run build && python tools/goldens/fuzz-model-tokenizers.py [--count 100000] [--seed 1] [FOLDER...]

ALBERT's spiece.model is trained here on the pages of docs/, as Google's was made: control symbols, and characters that are
pieces by themselves. Its tokenizer has the scores of transformers' AlbertConverter and the steps of its AlbertTokenizer, as the
tokenizer.json of its models have. Says what differs, and ends with 1 if anything does.
"""
import json
import pathlib
import random
import tempfile
import types

import sentencepiece
import transformers
from tokenizers import AddedToken, Tokenizer, pre_tokenizers
from transformers.convert_slow_tokenizer import AlbertConverter

from tokenizer_answers import BATCH, answer, compare, main, pair_answer
from tokenizer_kinds import ADDED_WORDS, FOLDER, HARD, WORDS, random_text

ROOT = pathlib.Path(__file__).parent.parent.parent
OWN_WORDS = [*WORDS, *ADDED_WORDS, "[MASK]", " [MASK]", "[CLS]", "<pad>", "``", "''", "(", ")", "–", "£5", "1,", "2,000", "9,", "<MASK>", "<S>"]
ALBERT_NAMES = dict(
    bos_token="[CLS]", eos_token="[SEP]", unk_token="<unk>", sep_token="[SEP]", pad_token="<pad>", cls_token="[CLS]", mask_token="[MASK]",
)


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False))


def mpnet(folder, cased=False):
    """As save_pretrained writes it."""
    vocabulary = json.loads((FOLDER / "bert.json").read_text())["model"]["vocab"]
    pieces = [piece for piece, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    names = {"[PAD]": "<s>", "[CLS]": "</s>", "[SEP]": "<unk>"}
    pieces = [names.get(piece, piece) for piece in pieces]
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *[piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")], "<mask>"]
    kind = transformers.MPNetTokenizer
    tokenizer = kind(vocab={piece: index for index, piece in enumerate(pieces)}, do_lower_case=not cased)
    tokenizer.save_pretrained(folder)
    write(folder / "config.json", {"model_type": "mpnet", "architectures": ["MPNetModel"], **sizes(len(pieces))})
    return kind.from_pretrained(folder)._tokenizer, pieces


def mpnet_vocab(folder, config):
    """As the files of version 4 are: vocab.txt, and the names of special tokens or nothing."""
    _, pieces = mpnet(folder)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces))
    if config is not None:
        write(folder / "tokenizer_config.json", config)
    return transformers.MPNetTokenizer.from_pretrained(folder)._tokenizer


def sizes(vocabulary):
    return dict(
        vocab_size=vocabulary, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, max_position_embeddings=514,
    )


def albert(folder, config):
    """spiece.model, and what the converter makes of it."""
    pages = "\n".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))) + "\n".join(HARD)
    lines = [line.lower() if config.get("do_lower_case", True) else line for line in pages.splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as place:
        corpus = pathlib.Path(place) / "corpus.txt"
        corpus.write_text("\n".join(lines))
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{place}/spiece", vocab_size=3000, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
            control_symbols=["[CLS]", "[SEP]", "[MASK]"], user_defined_symbols=["(", ")", '"', "-", ".", "–", "£", "€"],
            character_coverage=0.999, minloglevel=2, num_threads=1,
        )
        (folder / "spiece.model").write_bytes((pathlib.Path(place) / "spiece.model").read_bytes())
    model = sentencepiece.SentencePieceProcessor(str(folder / "spiece.model"))
    source = types.SimpleNamespace(
        vocab_file=str(folder / "spiece.model"), keep_accents=config.get("keep_accents", False),
        do_lower_case=config.get("do_lower_case", True), convert_tokens_to_ids=model.piece_to_id, add_prefix_space=True, legacy=True,
    )
    tokenizer = AlbertConverter(source).converted()
    # Version 5 has white space leave no piece of its own in AlbertTokenizer, as all before; its converter forgets it.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.add_special_tokens([
        *(AddedToken(name, special=True, normalized=False) for name in ("<pad>", "<unk>", "[CLS]", "[SEP]")),
        AddedToken("[MASK]", special=True, normalized=False, lstrip=True),
    ])
    write(folder / "config.json", {"model_type": "albert", "architectures": ["AlbertModel"], "embedding_size": 4, **sizes(model.get_piece_size())})
    write(folder / "tokenizer_config.json", config)
    return tokenizer


def albert_json(folder, named):
    """The same as tokenizer.json, whose tokenizer_config.json may name nothing, as Google's."""
    tokenizer = albert(folder, {})
    (folder / "spiece.model").unlink()
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "tokenizer_config.json", {"tokenizer_class": "AlbertTokenizer", **ALBERT_NAMES} if named else {"model_max_length": 512})
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


HUB_MPNET = dict(
    bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>", unk_token="[UNK]", pad_token="<pad>",
    mask_token=dict(__type="AddedToken", content="<mask>", lstrip=True, rstrip=False, single_word=False, normalized=False, special=True),
    do_lower_case=True, model_max_length=512, tokenizer_class="MPNetTokenizer",
    added_tokens_decoder={
        str(index): dict(content=content, lstrip=False, rstrip=False, single_word=False, normalized=content == "[UNK]", special=True)
        for index, content in enumerate(["<s>", "<pad>", "</s>"])
    },
)
FOLDERS = {
    "mpnet": lambda folder: mpnet(folder)[0],
    "mpnet-cased": lambda folder: mpnet(folder, True)[0],
    "mpnet-vocab": lambda folder: mpnet_vocab(folder, HUB_MPNET),
    "mpnet-bare": lambda folder: mpnet_vocab(folder, None),
    "albert-spiece": lambda folder: albert(folder, {}),
    "albert-spiece-cased": lambda folder: albert(folder, {"do_lower_case": False, "keep_accents": True}),
    "albert-json": lambda folder: albert_json(folder, True),
    "albert-json-bare": lambda folder: albert_json(folder, False),
}


def lines(name, place, seed, count):
    """Nineteen in twenty are texts, the others pairs."""
    tokenizer = FOLDERS[name](pathlib.Path(place))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    yield {"folder": place}
    source = random.Random(f"{seed} {name}")
    for first in range(0, count, BATCH):
        texts = [random_text(source, OWN_WORDS) for _ in range(min(BATCH, count - first))] + (HARD if first == 0 else [])
        for text, found in zip(texts, tokenizer.encode_batch(texts)):
            yield answer(text, found, tokenizer)
        for _ in range(BATCH // 20):
            yield pair_answer(source.choice(texts), source.choice(texts), tokenizer)


def compare_folder(name, seed, count):
    with tempfile.TemporaryDirectory() as place:
        return compare(name, lines(name, place, seed, count))


main(FOLDERS, "FOLDER", compare_folder)
