"""Named entities out of a text column of a Spark DataFrame, through long-lived `iobert --jsonl` processes.

    from iobert_spark import recognize
    found = recognize(df, "text")                      # two more columns: entities and entities_error

`recognize` runs inside Spark's Python workers, one iobert process a worker core (mapInArrow: mapInPandas without the way
through pandas, which would turn a column of longs with a null into floats). `recognize_pipe` does the same by RDD.pipe,
one process a partition. Both keep rows and ids, bound what is under way, replace a process that ended or hangs, and give
each bad row its error.
"""
import json
import os
import selectors
import shlex
import subprocess
import sys
import time
from collections import deque

COMMAND = ("iobert", "--jsonl", "--threads", "1")
STARTS = 3  # of a process before the task fails
TRIES = 3  # of a row that is alone with a process, before the row gets an error
NARROWING = 32  # rows are sent this many times fewer together each time a process was lost
WINDOW_ROWS = 512
WINDOW_BYTES = 1 << 18


class ProcessLost(Exception):
    """The process ended, hangs, or answered out of turn."""


class Row:
    """A text on its way: the line to send, or the answer it already has."""

    __slots__ = ("answer", "line", "tries")

    def __init__(self, number, text, max_chars):
        self.answer = None
        self.line = b""
        self.tries = 0
        try:
            if text is None:
                raise ValueError("The text is null")
            if not isinstance(text, str):
                text = bytes(text).decode("utf-8")
            if len(text) > max_chars:
                raise ValueError(f"The text has {len(text)} characters, at most {max_chars} are read; see max_chars")
            self.line = json.dumps({"id": number, "text": text}).encode() + b"\n"
        except UnicodeDecodeError as error:
            self.answer = {"error": f"The text is not UTF-8 at byte {error.start}"}
        except ValueError as error:
            self.answer = {"error": str(error)}


class Iobert:
    """An `iobert --jsonl` process and its next one, should it be lost.

    command: with the model and whatever else iobert is told
    timeout: seconds that rows may be under way with no answer at all before the process counts as hung
    start_timeout: seconds to load the model
    max_chars: longer texts are not sent
    """

    def __init__(self, command=COMMAND, timeout=120.0, start_timeout=300.0, max_chars=100_000):
        self.command = list(command)
        self.timeout = timeout
        self.start_timeout = start_timeout
        self.max_chars = max_chars
        self.restarts = -1
        self._process = None
        self._number = 0

    def recognize(self, texts):
        """One answer a text, in order: {"entities", "truncated"} or {"error"}.

        texts: an iterable of str, of bytes of UTF-8, or None. At most WINDOW_ROWS rows or WINDOW_BYTES bytes are under way.
        """
        rows = deque()  # not answered to the caller yet
        sent = 0  # of rows, from the left
        suspects = 0  # rows from the left, one of which may be what the last process was lost to
        limit = WINDOW_ROWS  # rows that are sent together: fewer while there are suspects, to find the one
        under_way = 0  # bytes in rows
        texts = iter(texts)
        ended = False
        try:
            while True:
                while not ended and len(rows) < WINDOW_ROWS and under_way < WINDOW_BYTES:
                    text = next(texts, StopIteration)
                    if text is StopIteration:
                        ended = True
                        break
                    self._number += 1
                    rows.append(Row(self._number, text, self.max_chars))
                    under_way += len(rows[-1].line)
                if not rows:
                    return
                if rows[0].answer is not None:
                    row = rows.popleft()
                    sent, suspects, under_way = max(0, sent - 1), max(0, suspects - 1), under_way - len(row.line)
                    if suspects == 0:
                        limit = WINDOW_ROWS
                    yield row.answer
                    continue
                try:
                    if self._process is None:
                        self._start()
                    while sent < min(len(rows), limit):
                        if rows[sent].answer is None:
                            self._send(rows[sent].line)
                        sent += 1
                    first = self._number - len(rows) + 1
                    for answer in self._read():
                        place = answer.pop("id", None)
                        if not isinstance(place, int) or not 0 <= place - first < sent:
                            raise ProcessLost("answered a row that it was not asked")
                        rows[place - first].answer = answer
                except ProcessLost as lost:
                    self.stop()
                    suspects = max(suspects, sent)
                    if sent == 1:
                        rows[0].tries += 1
                        if rows[0].tries == TRIES:
                            rows[0].answer = {"error": f"iobert {lost} on this text, {TRIES} times"}
                            suspects = 1
                    limit = max(1, sent // NARROWING)
                    sent = 0
        finally:
            # Answers that nobody took must not meet the next rows.
            if sent > 0:
                self.stop()

    def stop(self):
        """Ends the process at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            self._selector.close()

    def _start(self):
        """Starts a process and waits until it answers, so that a model that does not load is told from a bad row."""
        for attempt in range(STARTS):
            self.restarts += 1
            # Its stderr is the executor's.
            self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
            os.set_blocking(self._process.stdin.fileno(), False)
            self._selector = selectors.DefaultSelector()
            self._selector.register(self._process.stdout, selectors.EVENT_READ)
            self._outgoing = bytearray()
            self._incoming = b""
            self._patience = self.start_timeout
            self._silence = 0.0
            try:
                self._send(b'{"id":0,"text":""}\n')
                while not self._read():
                    pass
                self._patience = self.timeout
                return
            except ProcessLost as lost:
                self.stop()
                if attempt == STARTS - 1:
                    raise RuntimeError(f"{shlex.join(self.command)} {lost} before it could work; see stderr") from lost

    def _send(self, line):
        if not self._outgoing:
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE)
        self._outgoing += line

    def _read(self):
        """Answers that have come; waits for a sign of life of the process."""
        started = time.monotonic()
        ready = self._selector.select(max(0.0, self._patience - self._silence))
        # Only waiting counts, not the time that rows take to come or to be taken.
        self._silence += time.monotonic() - started
        answers = []
        for key, _ in ready:
            if key.fileobj is self._process.stdin:
                self._write(key.fd)
                continue
            data = os.read(key.fd, 1 << 16)
            if not data:
                raise ProcessLost(f"ended with {self._process.wait()}")
            *lines, self._incoming = (self._incoming + data).split(b"\n")
            try:
                answers = [json.loads(line) for line in lines]
            except ValueError as error:
                raise ProcessLost("wrote a line that is not JSON") from error
        if answers:
            self._silence = 0.0
        elif self._silence >= self._patience:
            raise ProcessLost(f"gave no answer for {self._patience:g} s")
        return answers

    def _write(self, fd):
        try:
            del self._outgoing[: os.write(fd, self._outgoing[: 1 << 16])]
        except BrokenPipeError:
            self._outgoing.clear()  # stdout tells the rest
        if not self._outgoing:
            self._selector.unregister(self._process.stdin)


# Python workers are kept between tasks, and so are their processes. They end with the worker, by the end of their stdin.
_processes = {}


def _shared(options):
    key = json.dumps(options, sort_keys=True)
    if key not in _processes:
        _processes[key] = Iobert(**options)
    return _processes[key]


def _types(shape):
    from pyspark.sql import types as t

    fields = {
        "iobert": "type string, text string, start int, end int, score double",
        # Spark NLP's Annotation.
        "spark-nlp": "annotatorType string, begin int, end int, result string, "
        "metadata map<string,string>, embeddings array<float>",
    }
    if shape not in fields:
        raise ValueError(f"shape is {shape!r}, expected one of {list(fields)}")
    return t.ArrayType(t.StructType.fromDDL(fields[shape]))


def _shaped(entities, shape):
    """Offsets are UTF-16 units in both; Spark NLP's `end` is the last unit, ours the one behind it."""
    if entities is None or shape == "iobert":
        return entities
    return [
        {
            "annotatorType": "chunk",
            "begin": entity["start"],
            "end": entity["end"] - 1,
            "result": entity["text"],
            "metadata": {
                "entity": entity["type"],
                "sentence": "0",
                "chunk": str(index),
                "confidence": str(entity["score"]),
            },
            "embeddings": [],
        }
        for index, entity in enumerate(entities)
    ]


def recognize(df, text="text", output="entities", shape="iobert", **options):
    """The DataFrame with two more columns: `output`, and `output`_error for rows that could not be read (else null).

    text: a column of strings, or of binary UTF-8
    shape: "iobert" (type, text, start, end, score) or "spark-nlp" (annotatorType, begin, end, result, metadata, embeddings)
    options: of `Iobert`
    """
    from pyspark.sql import functions as f
    from pyspark.sql import types as t

    raw = f"{output}_bytes"
    found = t.StructType([t.StructField(output, _types(shape)), t.StructField(f"{output}_error", t.StringType())])

    def run(batches):
        import pyarrow as pa
        from pyspark.sql.pandas.types import to_arrow_schema

        iobert = _shared(options)
        types = to_arrow_schema(found)
        for batch in batches:
            answers = list(iobert.recognize(value.as_py() for value in batch.column(raw)))
            values = (
                [pairs(_shaped(answer.get("entities"), shape)) for answer in answers],
                [answer.get("error") for answer in answers],
            )
            kept = [name for name in batch.schema.names if name != raw]
            columns = [batch.column(name) for name in kept] + [pa.array(v, field.type) for v, field in zip(values, types)]
            yield pa.RecordBatch.from_arrays(columns, names=kept + types.names)

    def pairs(entities):
        """Arrow takes a map as pairs."""
        if shape == "spark-nlp" and entities is not None:
            for entity in entities:
                entity["metadata"] = list(entity["metadata"].items())
        return entities

    # As bytes, since a column of strings may hold what is not UTF-8.
    with_bytes = df.withColumn(raw, f.col(text).cast("binary"))
    return with_bytes.mapInArrow(run, t.StructType(df.schema.fields + found.fields))


def recognize_pipe(
    df, id="id", text="text", output="entities", shape="iobert", python="python3", script=None, environment=None, **options
):
    """By RDD.pipe: a DataFrame of `id` (strings or whole numbers), `output` and `output`_error.

    A process is started for each partition, so that there should be about as many partitions as cores.

    script: where this file is on the nodes; default: where it is here
    environment: of the processes, which have nothing else; default: PATH and HOME as they are here
    """
    from pyspark.sql import functions as f
    from pyspark.sql import types as t

    kind = df.schema[id].dataType
    if not isinstance(kind, (t.StringType, t.ByteType, t.ShortType, t.IntegerType, t.LongType)):
        # What JSON cannot hold exactly would not come back as it was.
        raise TypeError(f"column {id} is {kind.simpleString()}, expected strings or whole numbers; cast it to string")
    schema = t.StructType(
        [df.schema[id], t.StructField(output, _types(shape)), t.StructField(f"{output}_error", t.StringType())]
    )
    command = shlex.join([python, script or os.path.abspath(__file__), json.dumps(options)])

    def line(row):
        # Bytes that are not UTF-8 pass as lone surrogates and are bytes again behind the pipe.
        value = None if row[1] is None else bytes(row[1]).decode("utf-8", "surrogateescape")
        return json.dumps([row[0], value])

    def parse(line):
        key, answer = json.loads(line)
        return key, _shaped(answer.get("entities"), shape), answer.get("error")

    lines = df.select(id, f.col(text).cast("binary")).rdd.map(line)
    env = environment or {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    answers = lines.pipe(command, env=env, checkCode=True).map(parse)
    return df.sparkSession.createDataFrame(answers, schema)


def main():
    """What RDD.pipe starts: [id, text] a line in, [id, answer] a line out."""
    iobert = Iobert(**json.loads(sys.argv[1]))
    keys = deque()

    def texts():
        for line in sys.stdin.buffer:
            key, text = json.loads(line)
            keys.append(key)
            yield None if text is None else text.encode("utf-8", "surrogateescape")

    for answer in iobert.recognize(texts()):
        sys.stdout.write(json.dumps([keys.popleft(), answer]) + "\n")
    sys.stdout.flush()
    iobert.stop()


if __name__ == "__main__":
    main()
