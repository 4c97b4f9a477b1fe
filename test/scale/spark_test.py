"""Tests of examples/spark on a real standalone cluster. `spark_test.py FOLDER [ROWS]`: FOLDER is for logs and is emptied by
the caller. From 50,000 ROWS on they are all read by two workers, and part of them by one worker, by one process, and under
faults, with throughput. Ends with `N passed, N failed`."""
import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EXAMPLE = ROOT / "examples/spark"
sys.path.insert(0, str(EXAMPLE))

from iobert_spark import Iobert, recognize, recognize_pipe  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as f  # noqa: E402

from cluster import Cluster, processes_of  # noqa: E402

FOLDER = Path(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
LARGE = COUNT >= 50_000
# Rows of a job on one core, and of a job with faults.
ONE_CORE = 10_000 if LARGE else COUNT
FAULTS = 5000 if LARGE else COUNT
MAX_CHARS = 5000
# Ids that a float cannot hold.
FIRST_ID = 2**60
passed = failed = 0


def test(function):
    global passed, failed
    name, start = function.__doc__, time.monotonic()
    try:
        outcome = function()
        passed += 1
        print(f"ok   {name}  {outcome or ''}  {time.monotonic() - start:.1f} s", flush=True)
    except Exception:
        failed += 1
        print(f"FAIL {name}", flush=True)
        traceback.print_exc()


def same(found, wanted, what=""):
    if found != wanted:
        raise AssertionError(f"{what}\n  found  {str(found)[:2000]}\n  wanted {str(wanted)[:2000]}")


# The supervisor alone, on a process that misbehaves where it is told to.


def fake(timeout=1.0):
    once = FOLDER / "once"
    once.unlink(missing_ok=True)
    return Iobert([sys.executable, str(HERE / "fake_iobert.py"), str(once)], timeout=timeout, max_chars=100)


def outcomes(answers):
    return [answer.get("error") or answer["entities"][0]["text"] for answer in answers]


@test
def process_dies_once():
    """Iobert sends rows again that were under way when its process was killed"""
    iobert = fake()
    texts = [*map(str, range(1000)), "once", *map(str, range(1000))]
    same(outcomes(iobert.recognize(texts)), texts)
    same(iobert.restarts, 1)
    iobert.stop()


@test
def row_kills():
    """Iobert gives a row that kills, hangs or muddles each process its error, and all others their answers"""
    iobert = fake()
    texts = [*map(str, range(20)), "die", "a", "hang", "b", "babble", "c", None, b"\xff", "x" * 101]
    wanted = [
        *texts[:20],
        "iobert ended with -9 on this text, 3 times",
        "a",
        "iobert gave no answer for 1 s on this text, 3 times",
        "b",
        "iobert wrote a line that is not JSON on this text, 3 times",
        "c",
        "The text is null",
        "The text is not UTF-8 at byte 0",
        "The text has 101 characters, at most 100 are read; see max_chars",
    ]
    same(outcomes(iobert.recognize(texts)), wanted)
    iobert.stop()


@test
def taken_half():
    """Iobert forgets what was under way when its answers are not taken to the end"""
    iobert = fake()
    answers = iobert.recognize(map(str, range(100)))
    same(outcomes([next(answers)]), ["0"])
    answers.close()
    same(outcomes(iobert.recognize(["a", "b"])), ["a", "b"])
    iobert.stop()


@test
def slow_caller():
    """Iobert does not take a caller's pause, before a row or after it, for a hung process"""
    iobert = fake(timeout=0.5)

    def texts():
        for i in range(3):
            time.sleep(0.8)
            yield str(i)

    found = []
    for answer in iobert.recognize(texts()):
        found.append(answer)
        time.sleep(0.8)
    same(outcomes(found), ["0", "1", "2"])
    same(iobert.restarts, 0)
    iobert.stop()


@test
def does_not_start():
    """Iobert fails, naming the command, where the process never works"""
    try:
        list(Iobert(["false"]).recognize(["a"]))
    except RuntimeError as error:
        same(str(error), "false ended with 1 before it could work; see stderr")
    else:
        raise AssertionError("no error")


# The cluster.

# The workers' Python is this one, with what it has installed.
os.environ["PYSPARK_PYTHON"] = sys.executable
# A path that no other process has, by which this test finds its own.
marker = FOLDER / "iobert"
marker.symlink_to(os.environ.get("IOBERT_ROOT", ROOT), target_is_directory=True)
main_script = str(marker / "dist/cli/main.js")
node = os.environ.get("NODE", "node")


def options(threads=1, **more):
    command = [node, main_script, "--jsonl", "--threads", str(threads)]
    return {"command": command, "timeout": 10.0, "start_timeout": 30.0, "max_chars": MAX_CHARS, **more}


def read_rows():
    lines = subprocess.run([node, HERE / "texts.mjs", str(COUNT)], capture_output=True, check=True, text=True).stdout
    rows = []
    for line in lines.strip().split("\n"):
        key, text = json.loads(line)
        raw = base64.b64decode(text["bytes"]) if isinstance(text, dict) else None if text is None else text.encode()
        rows.append((FIRST_ID + key, raw, key if key % 2 else None))
    return rows


ERRORS = {
    100: "The text is null",
    200: f"The text has {MAX_CHARS + 1} characters, at most {MAX_CHARS} are read; see max_chars",
    300: "The text is not UTF-8 at byte 6",
}


def read_single(rows, threads):
    """id to entities or error, by one process alone."""
    good = [row for row in rows if (row[0] - FIRST_ID) % 500 not in ERRORS]
    lines = "".join(json.dumps({"id": key, "text": text.decode()}) + "\n" for key, text, _ in good)
    command = options(threads)["command"]
    out = subprocess.run(command, input=lines, capture_output=True, check=True, text=True).stdout
    answers = [json.loads(line) for line in out.strip().split("\n")]
    same([answer["id"] for answer in answers], [key for key, _, _ in good])
    wanted = {answer["id"]: (answer["entities"], None) for answer in answers}
    for key, _, _ in rows:
        wanted.setdefault(key, (None, ERRORS.get((key - FIRST_ID) % 500)))
    return wanted


def connect(master, name):
    return (
        SparkSession.builder.master(master)
        .appName(name)
        .config("spark.submit.pyFiles", str(EXAMPLE / "iobert_spark.py"))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.executor.memory", "512m")
        .config("spark.local.dir", str(FOLDER / "tmp"))
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def frame(spark, count=FAULTS):
    """id, text and a column of longs with nulls; the text is a string column with, here and there, bytes that are no UTF-8."""
    data = spark.sparkContext.parallelize(rows[:count], max(8, count // 1000))
    df = spark.createDataFrame(data, "id long, raw binary, note long")
    return df.select("id", f.col("raw").cast("string").alias("text"), "note")


def entities_of(row):
    return None if row.entities is None else [entity.asDict() for entity in row.entities]


def check(found, count=FAULTS):
    """Row by row: nothing lost, nothing doubled, each with its own result."""
    ids = [key for key, _, _ in rows[:count]]
    same([row.id for row in found], ids, "ids")
    for row in found:
        same((entities_of(row), row.entities_error), wanted[row.id], f"row {row.id - FIRST_ID}")
    bad = sum(wanted[key][1] is not None for key in ids)
    entities = sum(len(wanted[key][0] or []) for key in ids)
    return f"{len(found)} rows, {entities} entities, {bad} bad rows"


def throughput(spark, count):
    """Reads rows when the executors are up and a process on each core has its model."""
    warm = spark.createDataFrame([("Paris",)] * 8, "text string").repartition(8)
    recognize(warm, **options()).collect()
    start = time.monotonic()
    found = recognize(frame(spark, count), **options()).collect()
    return found, f"{count / (time.monotonic() - start):.0f} rows/s"


def during(action, job):
    """Runs the job, and the action meanwhile in a thread, with an event that tells when the job has ended."""
    ended = threading.Event()
    with ThreadPoolExecutor() as pool:
        fault = pool.submit(action, ended)
        try:
            result = job()
        finally:
            ended.set()
        return result, fault.result()


def working(ended, idle, seconds=1.0):
    """Waits for iobert processes that have been at work for a while; `idle` are those of earlier jobs."""
    while not ended.is_set():
        before = processes_of(main_script)
        ended.wait(seconds)
        both = [pid for pid in processes_of(main_script) if pid in before and pid not in idle]
        if both and not ended.is_set():
            return both
    raise AssertionError("the job ended before its processes were found")


def timed_single(count, threads):
    """With its start, about a second."""
    start = time.monotonic()
    answers = read_single(rows[:count], threads)
    print(f"one process, {threads} threads: {count} rows, {count / (time.monotonic() - start):.0f} rows/s", flush=True)
    return answers


rows = read_rows()
wanted = timed_single(COUNT, 2)
if LARGE:
    timed_single(ONE_CORE, 1)

with Cluster(FOLDER / "cluster") as cluster:
    cluster.add_worker()
    if LARGE:

        @test
        def one_worker():
            """recognize on 1 worker gives the single process's rows"""
            spark = connect(cluster.url, "one")
            found, speed = throughput(spark, ONE_CORE)
            spark.stop()
            return f"{check(found, ONE_CORE)}, {speed}"

    cluster.add_worker()
    spark = connect(cluster.url, "iobert")
    df = frame(spark)

    @test
    def two_workers():
        """recognize on 2 workers gives the single process's rows, with the other columns as they were"""
        found, speed = throughput(spark, COUNT)
        same([row.note for row in found], [note for _, _, note in rows])
        same(len(processes_of(main_script)), 2, "processes: one a worker core")
        return f"{check(found, COUNT)}, {speed}"

    @test
    def pipe():
        """recognize_pipe on 2 workers gives the single process's rows"""
        start = time.monotonic()
        found = recognize_pipe(df, python=sys.executable, **options()).collect()
        return f"{check(found)}, {FAULTS / (time.monotonic() - start):.0f} rows/s"

    @test
    def pipe_ids():
        """recognize_pipe keeps ids that differ apart, and refuses a column that JSON would change"""
        odd = ["1", "1.0", '"1"', "", "\r\n", "id\u2028", "#1", None]
        named = spark.createDataFrame([(key, "Berlin") for key in odd], "id string, text string")
        found = recognize_pipe(named, python=sys.executable, **options()).collect()
        same([row.id for row in found], odd)
        same([len(row.entities) for row in found], [1] * len(odd))
        try:
            recognize_pipe(named.withColumn("id", f.lit(0.1)), python=sys.executable, **options())
        except TypeError as error:
            same(str(error), "column id is double, expected strings or whole numbers; cast it to string")
        else:
            raise AssertionError("no error")

    @test
    def spark_nlp():
        """recognize gives Spark NLP's shape, end inclusive"""
        text = "😀 Angela Merkel met Tim Cook in Berlin."
        one = spark.createDataFrame([(text,)], "text string")
        found = recognize(one, shape="spark-nlp", **options()).first()
        units = text.encode("utf-16-le")
        found = [entity.asDict() for entity in found.entities]
        same([e["result"] for e in found], ["Angela Merkel", "Tim Cook", "Berlin"])
        same([units[2 * e["begin"] : 2 * e["end"] + 2].decode("utf-16-le") for e in found], [e["result"] for e in found])
        same([e["metadata"]["entity"] for e in found], ["PER", "PER", "LOC"])
        same([e["annotatorType"] for e in found], ["chunk"] * 3)
        assert all(0.5 < float(e["metadata"]["confidence"]) <= 1 for e in found)

    @test
    def kill_processes():
        """recognize loses and doubles no row when iobert processes are killed, and one hangs"""

        def faults(ended):
            stopped = working(ended, idle)[0]
            os.kill(stopped, signal.SIGSTOP)
            killed = []
            while len(killed) < 3:
                killed.append(working(ended, [*idle, stopped, *killed])[0])
                os.kill(killed[-1], signal.SIGKILL)
            return stopped, killed

        idle = processes_of(main_script)

        found, (stopped, killed) = during(faults, lambda: recognize(df, **options(timeout=8.0)).collect())
        assert stopped not in processes_of(main_script), "the hung process is still there"
        return f"{check(found)}, {len(killed)} killed, 1 hung"

    @test
    def kill_pipe():
        """recognize_pipe loses and doubles no row when an iobert process, or the whole pipe, is killed"""
        script = str(FOLDER / "pipe.py")
        os.symlink(EXAMPLE / "iobert_spark.py", script)

        def faults(ended):
            first = working(ended, idle)[0]
            os.kill(first, signal.SIGKILL)
            working(ended, [*idle, first])
            pipe = processes_of(script)[0]
            os.kill(pipe, signal.SIGKILL)
            return first, pipe

        idle = processes_of(main_script)
        job = recognize_pipe(df, python=sys.executable, script=script, **options())
        found, _ = during(faults, job.collect)
        return check(found)

    @test
    def kill_worker():
        """recognize loses and doubles no row when a Spark worker is killed"""

        def faults(ended):
            working(ended, idle)
            worker = cluster.workers[0]
            os.kill(worker.pid, signal.SIGKILL)
            return worker.wait()

        idle = processes_of(main_script)
        found, code = during(faults, lambda: recognize(df, **options(timeout=20.0)).collect())
        same(code, -signal.SIGKILL)
        return check(found)

    spark.stop()


@test
def none_left():
    """no iobert process outlives the cluster"""
    for _ in range(100):
        if not processes_of(main_script):
            return
        time.sleep(0.1)
    raise AssertionError(f"{processes_of(main_script)} are still there")


print(f"{passed} passed, {failed} failed")
sys.exit(0 if failed == 0 and passed > 0 else 1)
