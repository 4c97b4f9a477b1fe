"""What a student learns in a pass: gold sentences, variants, the teacher's answers, what everyday.py makes.

Windows hold one sentence or as many as fit, each with its own targets, so that the answer in a document is
the answer of the sentence.
"""

import numpy as np
import torch

from corpora import Sentence, seeded
from everyday import Everyday, cased
from pieces import batches_of, piece_labels

PIECES_A_BATCH = 2600
VARIANTS = 0.34  # share of gold sentences that are learned in another form
OTHER_CASE = 0.3  # share of the teacher's sentences that are learned in small letters or capitals
MADE = 16000  # sentences of everyday.py a pass, but not more than two for a gold sentence


class Unit:
    """Pieces of a sentence [n]; gold labels [n] and the teacher's log-probabilities [n, 9], or None."""

    def __init__(self, ids, labels, targets):
        self.ids, self.labels, self.targets = ids, labels, targets


def word_targets(targets, word_ids, other_ids):
    """The teacher's log-probabilities for the pieces of the same words in other letters.

    The first piece of a word keeps the distribution of the word's first piece; a further piece has P(I-X) =
    P(B-X) + P(I-X) of it.
    """
    first, further = {}, {}
    for index, word in enumerate(word_ids):
        if word not in first:
            first[word] = targets[index]
            inside = targets[index].exp()
            inside[2::2] += inside[1::2]
            inside[1::2] = 0
            further[word] = inside.clamp_min(1e-13).log()
    known = [word for word in other_ids if word in first]
    seen, rows = set(), []
    for word in known:
        rows.append(further[word] if word in seen else first[word])
        seen.add(word)
    return torch.stack(rows), len(known)


class Lesson:
    """All that is learned. `batches(seed)` makes one pass of it, the same for the same seed."""

    def __init__(self, sentences, logits, pieces):
        self.pieces = pieces
        self.gold = [i for i, sentence in enumerate(sentences) if sentence.tags]
        self.rest = [
            i for i, sentence in enumerate(sentences) if not sentence.tags and len(sentence.words) >= 3
        ]
        self.sentences, self.logits = sentences, logits
        self.starts = np.cumsum([0, *(len(pieces.of_sentence(s.words)[0]) for s in sentences)])

    def targets(self, index):
        rows = self.logits[self.starts[index] : self.starts[index + 1]]
        return torch.from_numpy(rows.astype(np.float32))

    def labelled(self, sentence):
        ids, word_ids = self.pieces.of_sentence(sentence.words)
        return Unit(ids, piece_labels(sentence.tags, word_ids), None)

    def taught(self, index):
        """A sentence with the teacher's answer, sometimes in letters of another case with the same answer."""
        sentence = self.sentences[index]
        ids, word_ids = self.pieces.of_sentence(sentence.words)
        targets = self.targets(index)
        if self.random.random() < OTHER_CASE:
            other = cased(Sentence(sentence.words, None, ""), self.random.choice([str.lower, str.upper]))
            other_ids, other_words = self.pieces.of_sentence(other.words)
            rows, count = word_targets(targets, word_ids, other_words)
            return Unit(other_ids[:count], None, rows)
        return Unit(ids, None, targets)

    def gold_unit(self, index):
        sentence = self.sentences[index]
        if self.random.random() < VARIANTS:
            return self.labelled(self.everyday.variant(sentence))
        ids, word_ids = self.pieces.of_sentence(sentence.words)
        return Unit(ids, piece_labels(sentence.tags, word_ids), self.targets(index))

    def batches(self, seed):
        """Batches of windows: gold sentences in order, so with their neighbours, the others as they come."""
        self.random, self.everyday = seeded(seed), Everyday(seed + 1000)
        gold = [self.gold_unit(index) for index in self.gold]
        rest = [self.taught(index) for index in self.rest]
        rest += [self.labelled(self.everyday.sentence()) for _ in range(min(MADE, 2 * len(gold)))]
        self.random.shuffle(rest)
        windows = [*self.windows(gold), *self.windows(rest)]
        order = batches_of([length for length, _ in windows], PIECES_A_BATCH, self.random)
        return [[windows[i] for i in batch] for batch in order]

    def windows(self, units):
        """(length, units) of windows: one unit, or as many as fit in 96, 256 or 510 pieces."""
        index = 0
        while index < len(units):
            most = self.random.choices([0, 96, 256, 510], [0.55, 0.2, 0.15, 0.10])[0]
            window, length = [units[index]], len(units[index].ids) + 2
            index += 1
            while index < len(units) and length + len(units[index].ids) <= most:
                window.append(units[index])
                length += len(units[index].ids)
                index += 1
            yield length, window
