"""Labelled examples of CoNLL columns (.conll, .txt) or JSON lines (.jsonl), as texts with spans.

    python examples.py test.jsonl > test.conll      # as CoNLL columns, which iobert evaluate reads
"""

import json
import re
import sys
from typing import NamedTuple


class Span(NamedTuple):
    """An entity: text[start:end], in code points, as Python's strings count."""

    start: int
    end: int
    type: str


class Example(NamedTuple):
    text: str
    spans: list[Span]


def read_examples(path: str) -> list[Example]:
    with open(path, encoding="utf-8-sig") as file:
        lines = file.read().split("\n")
    try:
        examples = read_jsonl(lines) if path.endswith(".jsonl") else read_conll(lines)
    except ValueError as error:
        raise SystemExit(f"{path}: {error}") from None
    if not any(example.spans for example in examples):
        raise SystemExit(f"{path}: no example has an entity; .jsonl is read as JSON lines, all else as CoNLL columns")
    return examples


def read_conll(lines: list[str]) -> list[Example]:
    """A word a line with its tag in the last column (IOB2 or IO), a blank line after an example."""
    examples: list[Example] = []
    rows: list[tuple[str, str]] = []
    for number, line in enumerate([*lines, ""], 1):
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            if len(columns) < 2 or not re.fullmatch(r"O|[BI]-\S+", columns[-1]):
                raise ValueError(f"line {number} is {line!r}: a word and a tag are wanted, as in 'Paris B-PLACE'")
            rows.append((columns[0], columns[-1]))
        elif rows:
            examples.append(join_words(rows))
            rows = []
    return examples


def join_words(rows: list[tuple[str, str]]) -> Example:
    text, spans = "", []
    previous = "O"
    for word, tag in rows:
        start = len(text) + 1 if text else 0
        text = f"{text} {word}" if text else word
        if tag[0] == "I" and previous[2:] == tag[2:]:
            spans[-1] = spans[-1]._replace(end=len(text))
        elif tag != "O":
            spans.append(Span(start, len(text), tag[2:]))
        previous = tag
    return Example(text, spans)


def read_jsonl(lines: list[str]) -> list[Example]:
    """{"text": ..., "entities": [{"type", "start", "end"}]} a line, as iobert --jsonl writes them: offsets count UTF-16 units."""
    examples = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, units = row["text"], row["text"].encode("utf-16-le")
            spans = []
            for entity in row["entities"]:
                if not 0 <= 2 * entity["start"] < 2 * entity["end"] <= len(units):
                    raise ValueError(f"{entity} is not inside the text of {len(units) // 2} units")
                start, end = (len(units[: 2 * entity[key]].decode("utf-16-le")) for key in ("start", "end"))
                if entity.get("text", text[start:end]) != text[start:end]:
                    raise ValueError(f"{entity} is not in the text, which has {text[start:end]!r} there")
                spans.append(Span(start, end, entity["type"]))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"line {number}: {error!r}; wanted is {read_jsonl.__doc__}") from None
        spans.sort()
        for one, other in zip(spans, spans[1:]):
            if other.start < one.end:
                raise ValueError(f"line {number}: {one} and {other} overlap; a word has one label, so keep one of them")
        examples.append(Example(text, spans))
    return examples


def write_conll(examples: list[Example]) -> str:
    """Words and marks a line each; a word that is part of an entity counts as a whole."""
    lines = []
    for text, spans in examples:
        open_span = None
        for word in re.finditer(r"\w+|[^\w\s]", text):
            span = next((span for span in spans if span.start < word.end() and word.start() < span.end), None)
            tag = "O" if span is None else f"{'I' if span is open_span else 'B'}-{span.type}"
            lines.append(f"{word[0]} {tag}")
            open_span = span
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(write_conll(read_examples(sys.argv[1])))
