"""Many photos: found, planned, recorded, colored. For the command line and the window alike.

`find.py` looks for them, `targets.py` names the results, `plan.py` says what will become of each
before anything is written, `journal.py` keeps the record that survives a crash, and `run.py` has
reading, looking and writing overlap. The names listed here are what the window uses.
"""

from engine.batch.events import (
    Continued,
    Event,
    Finished,
    Paused,
    Progressed,
    RowChanged,
    State,
)
from engine.batch.find import Choice, Found, Ignored, find_photos
from engine.batch.job import Job
from engine.batch.journal import Journal, peek
from engine.batch.looks import OneLook
from engine.batch.pace import time_text
from engine.batch.places import journal_path, merge_shards, opened_journal, plan_in
from engine.batch.plan import BatchConflict, Plan, Row, make_plan
from engine.batch.report import BatchReport, write_report
from engine.batch.run import Means, run_batch
from engine.batch.sidecars import GivenEdits
from engine.batch.steering import Steering
from engine.batch.targets import BATCH_VARIABLES, Naming
from engine.batch.trial import tried_seconds
from engine.network.header import weights_facts

__all__ = [
    "BATCH_VARIABLES",
    "BatchConflict",
    "BatchReport",
    "Choice",
    "Continued",
    "Event",
    "Finished",
    "Found",
    "GivenEdits",
    "Ignored",
    "Job",
    "Journal",
    "Means",
    "Naming",
    "OneLook",
    "Paused",
    "Plan",
    "Progressed",
    "Row",
    "RowChanged",
    "State",
    "Steering",
    "find_photos",
    "journal_path",
    "make_plan",
    "merge_shards",
    "opened_journal",
    "peek",
    "plan_in",
    "run_batch",
    "time_text",
    "tried_seconds",
    "weights_facts",
    "write_report",
]
