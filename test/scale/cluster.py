"""A standalone Spark cluster on this machine: a master and workers, started by pyspark's own spark-class."""
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pyspark

SPARK_HOME = Path(pyspark.__file__).parent


class Cluster:
    """Processes of their own sessions, so that each can be killed with what it started; logs in `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.workers = []
        self.processes = []
        log = self._start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = self._wait(log, r"Starting Spark master at (spark://\S+)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def add_worker(self, cores=1):
        name = f"worker-{len(self.workers) + 1}"
        options = ["--host", "127.0.0.1", "--cores", str(cores), "--memory", "1g", "--webui-port", "0"]
        log = self._start(name, "worker.Worker", *options, "--work-dir", str(self.folder / name), self.url)
        self._wait(log, "Successfully registered with master")
        self.workers.append(self.processes[-1])
        return self.workers[-1]

    def _start(self, name, main, *options):
        log = self.folder / f"{name}.log"
        home = {"SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(self.folder / "tmp")}
        command = [str(SPARK_HOME / "bin/spark-class"), f"org.apache.spark.deploy.{main}", *options]
        with open(log, "w") as out:
            self.processes.append(
                subprocess.Popen(
                    command, env={**os.environ, **home}, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True
                )
            )
        return log

    @staticmethod
    def _wait(log, pattern, seconds=60):
        for _ in range(seconds * 10):
            found = re.search(pattern, log.read_text())
            if found:
                return found[found.re.groups]
            time.sleep(0.1)
        raise TimeoutError(f"{log.name} does not say {pattern!r} after {seconds} s:\n{log.read_text()[-2000:]}")


def processes_of(marker):
    """Ids of the processes whose command line has the marker, a path that only one test uses, as an argument's start."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if any(argument.startswith(str(marker).encode()) for argument in arguments[:2]):
                found.append(int(entry.name))
        except OSError:
            pass
    return found
