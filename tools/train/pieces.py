"""Words in WordPiece ids, tags in labels of pieces, and batches of similar length."""

from tokenizers import BertWordPieceTokenizer

from corpora import LABEL_IDS

LONGEST_SENTENCE = 250  # pieces; the rest of a longer sentence is left out


class Pieces:
    """Words as WordPiece ids of a cased vocabulary, each word by itself."""

    def __init__(self, vocabulary):
        self.tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=False, strip_accents=False)
        self.start, self.end = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")
        self.unknown = self.tokenizer.token_to_id("[UNK]")
        self.known = {}

    def of_word(self, word):
        if word not in self.known:
            ids = self.tokenizer.encode(word, add_special_tokens=False).ids
            self.known[word] = ids or [self.unknown]
        return self.known[word]

    def of_sentence(self, words):
        """(ids, word_ids): the pieces of a sentence and the word each belongs to."""
        ids, word_ids = [], []
        for index, word in enumerate(words):
            pieces = self.of_word(word)
            ids += pieces
            word_ids += [index] * len(pieces)
        return ids[:LONGEST_SENTENCE], word_ids[:LONGEST_SENTENCE]


def piece_labels(tags, word_ids):
    """The label id of each piece: the first piece of a word has the word's tag, the others I- of its type."""
    labels, previous = [], -1
    for word in word_ids:
        tag = tags[word]
        labels.append(LABEL_IDS[tag if word != previous or tag == "O" else "I-" + tag[2:]])
        previous = word
    return labels


def batches_of(lengths, pieces, rng=None):
    """Indices in batches of similar length, at most `pieces` with padding; shuffled if there is an rng."""
    noise = rng.random if rng else (lambda: 0)
    order = sorted(range(len(lengths)), key=lambda index: lengths[index] + 4 * noise())
    batches, batch, longest = [], [], 0
    for index in order:
        longest = max(longest, lengths[index])
        if batch and longest * (len(batch) + 1) > pieces:
            batches.append(batch)
            batch, longest = [], lengths[index]
        batch.append(index)
    if batch:
        batches.append(batch)
    if rng:
        rng.shuffle(batches)
    return batches
