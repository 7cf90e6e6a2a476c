"""What a Dask worker loads first in tests: a network that is none.

SLOW is how many seconds it takes. LOG names a file that gets a line, "NUMBER OF THE PROCESS, NAME
OF THE PHOTO", as each photo is begun. WEIGHTS is a digest to be used instead of the true one,
VERSION another version of the program.
"""

import os
import time
from pathlib import Path

from engine.batch import cluster_task
from tests.support.batch_process import SlowPredictor


def dask_setup(_worker):
    cluster_task.load_lasting_predictor = lambda _: SlowPredictor()
    if "WEIGHTS" in os.environ:
        cluster_task._weights_sha256 = lambda: os.environ["WEIGHTS"]
    cluster_task.VERSION = os.environ.get("VERSION", cluster_task.VERSION)
    real = cluster_task.read_task

    def read_task(task, cancel):
        with Path(os.environ["LOG"]).open("a") as log:
            log.write(f"{os.getpid()} {task.source.name}\n")
        if task.source.name.startswith("deadly"):
            # As if it took some time: until then it has been told what was finished before it.
            time.sleep(0.5)
            os._exit(9)
        return real(task, cancel)

    cluster_task.read_task = read_task
