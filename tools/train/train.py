"""All four steps with one command: from inputs that a file names to weights as int8 with their figures.

    python tools/train/train.py inputs.json --out work         # the result is work/weights
    python tools/train/train.py --smoke --out work             # the same in minutes, of inputs that it makes

README.md tells what inputs.json names. What is done already is not done again, and a step that was stopped
goes on where it was.
"""

import argparse
import json
import os
import sys
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path

import torch

import check
import distil
import prepare
import teach


@dataclass
class Plan:
    conll: str  # CoNLL-2003's English training set
    bert: str  # folder of a BERT with a cased vocabulary, of which the teachers are made
    student: str  # folder of the model that the students begin as
    development: str  # CoNLL-2003's English development set, by which a student is chosen
    corpora: str | None = None  # folder of the unlabelled corpora
    squad: list[str] = field(default_factory=list)
    held_out: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)  # {name: file} to measure on, in the end
    teacher: str | None = None  # folder of a teacher, in place of `teachers` made of `bert`
    teachers: int = 1
    teacher_passes: int = 3
    students: int = 2
    steps: int = 1000  # of a student
    rate: float = 2e-4
    int8: bool = False  # whether students compute with rounded weights
    sample: float = 1
    every: int = 100  # steps between two saved states


def read_plan(path):
    """The plan of a file of JSON, paths taken from its folder. What is unknown or missing is an error."""
    given = json.loads(path.read_text(encoding="utf-8"))
    known = {one.name: one for one in fields(Plan)}
    for name in given.keys() - known.keys():
        raise SystemExit(f"{path}: {name} is not known. Known are {', '.join(known)}.")
    for name, one in known.items():
        if name not in given and one.default is MISSING and one.default_factory is MISSING:
            if name != "bert" or "teacher" not in given:
                raise SystemExit(f"{path}: {name} is missing.")
    plan = Plan(**{"bert": None, **given})

    def found(name):
        place = (path.parent / name).resolve()
        if not place.exists():
            raise SystemExit(f"{path}: {name} is not there ({place}).")
        return str(place)

    for name in ("conll", "bert", "student", "development", "corpora", "teacher"):
        if getattr(plan, name) is not None:
            setattr(plan, name, found(getattr(plan, name)))
    plan.squad, plan.held_out = [*map(found, plan.squad)], [*map(found, plan.held_out)]
    plan.more = {name: found(file) for name, file in plan.more.items()}
    return plan


def steps_of(plan, out):
    """{name: (function, its arguments)}, in their order."""
    every = ["--every", plan.every]
    sentences, targets = out / "sentences.jsonl", out / "targets.npy"
    steps = {}
    arguments = ["--conll", plan.conll, "--out", sentences, "--sample", plan.sample]
    arguments += ["--corpora", plan.corpora] if plan.corpora else []
    steps["prepare"] = prepare.main, [*arguments, "--squad", *plan.squad, "--held-out", *plan.held_out]

    teachers = (
        [plan.teacher] if plan.teacher else [out / f"teacher-{seed}" for seed in range(1, plan.teachers + 1)]
    )
    for seed, teacher in enumerate([] if plan.teacher else teachers, 1):
        arguments = ["adapt", "--base", plan.bert, "--conll", plan.conll, "--out", teacher, "--seed", seed]
        steps[f"teacher-{seed}"] = teach.main, [*arguments, "--passes", plan.teacher_passes, *every]
    arguments = ["label", "--teacher", *teachers, "--sentences", sentences, "--out", targets]
    steps["label"] = teach.main, [*arguments, *every]

    students = [out / f"student-{seed}" for seed in range(1, plan.students + 1)]
    for seed, student in enumerate(students, 1):
        arguments = [
            "--student",
            plan.student,
            "--sentences",
            sentences,
            "--targets",
            targets,
            "--out",
            student,
        ]
        arguments += ["--steps", plan.steps, "--rate", plan.rate, "--seed", seed, *every]
        steps[f"student-{seed}"] = distil.main, [*arguments, *(["--int8"] if plan.int8 else [])]
    candidates = students
    if len(students) > 1:
        candidates = [*students, out / "student-mean"]
        steps["student-mean"] = distil.main, ["--mean", *students, "--out", candidates[-1]]

    more = [f"{name}={file}" for name, file in plan.more.items()]
    arguments = ["--student", *candidates, "--dev", plan.development, "--out", out / "weights"]
    steps["weights"] = check.main, [*arguments, "--more", *more]
    return steps


class Done:
    """Which steps are done, and of which plan, in a file."""

    def __init__(self, path, plan):
        self.path = path
        self.state = (
            json.loads(path.read_text(encoding="utf-8"))
            if path.exists()
            else dict(plan=asdict(plan), steps=[])
        )
        if self.state["plan"] != asdict(plan):
            raise SystemExit(
                f"{path.parent} was begun with another plan ({path}). Name another folder, or remove it."
            )

    def __contains__(self, step):
        return step in self.state["steps"]

    def add(self, step):
        self.state["steps"].append(step)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.state, indent=2) + "\n", encoding="utf-8")
        os.replace(partial, self.path)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="?", type=Path, help="a file of JSON that names the inputs")
    parser.add_argument("--smoke", action="store_true", help="make small inputs, and compute with one thread")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--stop", metavar="STEP=N", default="=0", help="end there as if killed, to try going on"
    )
    options = parser.parse_args(arguments)
    if options.smoke == (options.inputs is not None):
        parser.error("wanted: either a file of inputs or --smoke")
    if options.smoke:
        from smoke import make_inputs

        torch.set_num_threads(1)
        options.inputs = options.out / "inputs/inputs.json"
        if not options.inputs.exists():
            make_inputs(options.inputs.parent)
    stopped, at = options.stop.split("=")
    options.out.mkdir(parents=True, exist_ok=True)
    plan = read_plan(options.inputs)
    done = Done(options.out / "run.json", plan)
    steps = steps_of(plan, options.out)
    for number, (name, (run, given)) in enumerate(steps.items(), 1):
        if name in done:
            print(f"step {number} of {len(steps)}, {name}: done before", flush=True)
            continue
        print(f"step {number} of {len(steps)}, {name}", flush=True)
        run([*map(str, given), *(["--stop", at] if name == stopped else [])])
        done.add(name)


if __name__ == "__main__":
    # Faker draws from sets, whose order depends on the seed of Python's hashes.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
