"""What a long run says while it goes, and what it keeps so that it can go on after it was stopped."""

import os
import time
from pathlib import Path

import torch
from transformers.utils import logging

EVERY = 15  # seconds between two lines
# The lines below are all that is told: no bars, and no list of the weights of heads that a model lost or got.
logging.set_verbosity_error()
logging.disable_progress_bar()


class Progress:
    """One line every fifteen seconds: steps done, time left, the mean of each figure since the last line."""

    def __init__(self, name, steps, done=0):
        self.name, self.steps, self.done, self.first = name, steps, done, done
        self.began = self.told = time.monotonic()
        self.sums, self.since = {}, 0

    def step(self, **figures):
        self.done += 1
        self.since += 1
        for key, value in figures.items():
            self.sums[key] = self.sums.get(key, 0) + float(value)
        now = time.monotonic()
        if now - self.told < EVERY and self.done < self.steps:
            return
        left = (now - self.began) / (self.done - self.first) * (self.steps - self.done)
        means = "".join(f", {key} {value / self.since:.4f}" for key, value in self.sums.items())
        print(f"{self.name}: {self.done} of {self.steps}, {left / 60:.1f} minutes left{means}", flush=True)
        self.told, self.sums, self.since = now, {}, 0


def add_state_options(parser, every):
    parser.add_argument("--every", type=int, default=every, help="steps between two saved states")
    parser.add_argument("--stop", type=int, metavar="STEP", help="end there as if killed, to try going on")


def stop_at(step, options):
    if step == options.stop:
        raise SystemExit(f"stopped after step {step}, as --stop says")


def save_state(folder, step, model, optimizer, **more):
    """Writes what a run needs to go on, beside and renamed, so that a kill leaves the last state whole."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = dict(
        model=model.state_dict(),
        optimizer=optimizer.state_dict(),
        step=step,
        random=torch.get_rng_state(),
        **more,
    )
    torch.save(state, folder / "state.pt.partial")
    os.replace(folder / "state.pt.partial", folder / "state.pt")


def load_state(folder, model, optimizer):
    """The saved state, after model, optimizer and torch's generator took it up; where none is, step 0."""
    path = Path(folder, "state.pt")
    if not path.exists():
        return dict(step=0)
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    went_on(state["step"])
    return state


def went_on(step):
    print(f"goes on after step {step}", flush=True)
