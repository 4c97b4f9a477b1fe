"""Step 4: the best student as int8 in the form that ships, measured by the engine itself.

    python check.py --student work/student-1 work/student-2 --dev valid.txt --more test=file --out weights

`iobert quantize` writes each student as int8, `iobert evaluate` counts by words as conlleval does. The
student with the highest F1 of the engine's default on the development set is chosen. It is then measured in
small letters and capitals, on the files of --more, which decide nothing, and with strategy `first` and decode
`argmax`, by which other systems are compared. OUT becomes a folder like weights/, with figures.json and
card.md.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from inputs import ROOT

PROGRAM = ROOT / "dist/cli/main.js"
WAYS = {"default": [], "first, argmax": ["--strategy", "first", "--decode", "argmax"]}
CASES = {"": None, ", small letters": str.lower, ", capitals": str.upper}


def iobert(*arguments):
    done = subprocess.run(
        [os.environ.get("NODE", "node"), PROGRAM, *arguments], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"iobert {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return done.stdout


def f1_of(model, file, way="default"):
    return json.loads(iobert("evaluate", file, "--model", model, "--json", *WAYS[way]))["f1"]


def in_case(file, change, out):
    """The file of columns with its words changed."""
    lines = []
    for line in file.read_text(encoding="utf-8").split("\n"):
        columns = line.split()
        blank = not columns or columns[0] == "-DOCSTART-"
        lines.append(line if blank else " ".join([change(columns[0]), *columns[1:]]))
    out.write_text("\n".join(lines), encoding="utf-8")
    return out


def chosen(students, dev, work):
    """(name, folder, {name: F1}): the students as int8, and the one that is best on the development set."""
    scores = {}
    for student in students:
        iobert("quantize", student, work / student.name, "--force")
        scores[student.name] = f1_of(work / student.name, dev)
        print(f"{student.name}: {scores[student.name]:.2f} on the development set", flush=True)
    best = max(scores, key=scores.get)
    return best, work / best, scores


def measured(model, files, work):
    """{data: {way: F1}}."""
    figures = {}
    for name, file in files.items():
        for suffix, change in CASES.items():
            text = file if change is None else in_case(file, change, work / "changed.conll")
            figures[name + suffix] = {way: round(f1_of(model, text, way), 2) for way in WAYS}
            print(
                name + suffix,
                *(f"{way} {f1:.2f}" for way, f1 in figures[name + suffix].items()),
                sep=", ",
                flush=True,
            )
    return figures


def card(facts):
    """Tables for the model card."""
    rows = [["data", *WAYS], ["---"] * (1 + len(WAYS))]
    rows += [[name, *(f"{f1:.2f}" for f1 in ways.values())] for name, ways in facts["figures"].items()]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    scores = ", ".join(f"{name} {f1:.2f}" for name, f1 in facts["candidates"].items())
    return f"""F1 by conlleval over words, int8, as `iobert evaluate` computes it:

{table}

{facts["chosen"]} was chosen by the default's F1 on the development set ({scores}).
`model.safetensors`: {facts["bytes"]} bytes, sha256 `{facts["sha256"]}`.
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--student", required=True, nargs="+", type=Path)
    parser.add_argument(
        "--dev", required=True, type=Path, help="development set, by which a student is chosen"
    )
    parser.add_argument("--more", nargs="*", default=[], help="name=file of what is told and decides nothing")
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args(arguments)
    if not PROGRAM.exists():
        raise SystemExit(f"{PROGRAM.relative_to(ROOT)} is not there. Run npm ci and npm run build first.")
    more = {name: Path(file) for name, file in (pair.split("=", 1) for pair in options.more)}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        name, model, scores = chosen(options.student, options.dev, work)
        shutil.copytree(model, options.out, dirs_exist_ok=True)
        figures = measured(model, {"development set": options.dev, **more}, work)
    weights = (options.out / "model.safetensors").read_bytes()
    facts = dict(
        chosen=name,
        candidates={student: round(f1, 2) for student, f1 in scores.items()},
        figures=figures,
        bytes=len(weights),
        sha256=hashlib.sha256(weights).hexdigest(),
    )
    (options.out / "figures.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (options.out / "card.md").write_text(card(facts), encoding="utf-8")
    print(f"{options.out} has {name} as int8, its figures in figures.json and card.md")


if __name__ == "__main__":
    main()
