"""Labelled sentences that nobody wrote: filled templates, exchanged names, other case, marks around names.

What the corpora lack (forms, logs, chat, headlines in capitals, names of many cultures) is made here, with
its labels.
"""

import re

from corpora import Sentence, entity_spans, list_beside
from names import Names

# Signs that stand around names and words in texts; they never belong to a name.
PAIRS = [("“", "”")] * 6 + [("‘", "’")] * 3 + [("«", "»")] * 2
PAIRS += [("„", "“"), ("`", "`"), ('"', '"'), ("'", "'"), ("*", "*"), ("(", ")"), ("[", "]"), ("_", "_")]
# Languages and scripts whose sentences have no name in them: Faker draws common words alone.
OTHER_LANGUAGES = "ar_AA ru_RU el_GR he_IL hi_IN ja_JP zh_CN ko_KR th_TH uk_UA bg_BG fa_IR".split()
OTHER_LANGUAGES += "de_DE fr_FR pl_PL nl_NL es_ES it_IT cs_CZ".split()


def split_words(text):
    """Words and signs apart, as BERT's tokenizer splits them."""
    return re.findall(r"[^\W_]+|[^\w\s]|_", text)


class Everyday:
    def __init__(self, seed):
        self.names = Names(seed)
        self.random = self.names.random
        self.kinds = read_templates()
        self.languages = self.names.more_locales(OTHER_LANGUAGES, seed)

    def sentence(self):
        """A template of a kind by chance, filled."""
        if self.random.random() < 0.03:
            words = split_words(self.random.choice(self.languages).sentence())
            return Sentence(words, ["O"] * len(words), "everyday")
        template = self.random.choice(self.random.choice(self.kinds))
        words, tags = [], []
        for part in re.split(r"(\{[a-z]+[_^]?\})", template):
            if not re.fullmatch(r"\{[a-z]+[_^]?\}", part):
                text, kind = part, None
            else:
                text, kind = self.names.slot(part.strip("{}_^"))
                text = (
                    text.upper()
                    if "^" in part
                    else text.lower()
                    if "_" in part and self.random.random() < 0.85
                    else text
                )
                if kind and kind != "MISC" and text.lower().startswith("the "):
                    words.append(text[:3])
                    tags.append("O")
                    text = text[4:]
            more = split_words(text)
            words += more
            tags += ["B-" + kind] + ["I-" + kind] * (len(more) - 1) if kind else ["O"] * len(more)
        draw = self.random.random()
        made = Sentence(words, tags, "everyday")
        if draw < 0.13:
            made = cased(made, str.lower)
        elif draw < 0.25:
            made = cased(made, str.upper)
        return self.quoted(made) if self.random.random() < 0.12 else made

    def renamed(self, sentence):
        """The sentence with its people, organisations and places replaced by others of their kind."""
        draw = {"PER": self.names.person, "ORG": self.names.organisation, "LOC": self.names.place}
        spans = {start: (end, kind) for start, end, kind in entity_spans(sentence.tags)}
        words, tags, index = [], [], 0
        while index < len(sentence.words):
            end, kind = spans.get(index, (index + 1, None))
            if kind in draw and self.random.random() < 0.8:
                name = draw[kind]().removeprefix("the ").split(" ")
                words += name
                tags += ["B-" + kind] + ["I-" + kind] * (len(name) - 1)
            else:
                words += sentence.words[index:end]
                tags += sentence.tags[index:end]
            index = end
        return Sentence(words, tags, sentence.source)

    def quoted(self, sentence):
        """The sentence with typographic marks, and marks around a name, some words or all; marks are O."""
        marked, opening = [], True
        for word, tag in zip(sentence.words, sentence.tags):
            if word == '"':
                word, opening = "“" if opening else "”", not opening
            elif word.startswith("'") and self.random.random() < 0.7:
                word = "’" + word[1:]
            marked.append((word, tag))
        for _ in range(self.random.choice([1, 1, 1, 2])):
            spans = sorted(entity_spans([tag for _, tag in marked]))
            draw = self.random.random()
            if spans and draw < 0.7:
                start, end, _ = self.random.choice(spans)
            elif draw < 0.85:
                start = self.random.randrange(len(marked))
                end = min(len(marked), start + self.random.randint(1, 4))
            else:
                start, end = 0, len(marked)
            cuts_name = any(
                index < len(marked) and marked[index][1].startswith("I-") for index in (start, end)
            )
            if not cuts_name:
                left, right = self.random.choice(PAIRS)
                marked = marked[:start] + [(left, "O")] + marked[start:end] + [(right, "O")] + marked[end:]
        return Sentence([word for word, _ in marked], [tag for _, tag in marked], sentence.source)

    def variant(self, sentence):
        """A labelled sentence in another form: small letters, capitals, other names, signs."""
        draw = self.random.random()
        if draw < 0.22:
            return cased(sentence, str.lower)
        if draw < 0.46:
            return cased(sentence, str.upper)
        if draw < 0.52:
            return cased(self.renamed(sentence), str.lower)
        if draw < 0.58:
            return cased(self.renamed(sentence), str.upper)
        if draw < 0.62:
            return cased(sentence, str.capitalize)
        if draw < 0.80:
            return self.quoted(self.renamed(sentence) if self.random.random() < 0.4 else sentence)
        return self.renamed(sentence)


def cased(sentence, change):
    return Sentence([change(word) for word in sentence.words], sentence.tags, sentence.source)


def read_templates():
    """[[template]] by kind, out of templates.txt."""
    kinds = []
    for line in list_beside("templates.txt").splitlines():
        if line.startswith("## "):
            kinds.append([])
        elif line.strip() and kinds:
            kinds[-1].append(line.replace("⏎", "\n"))
    return kinds
