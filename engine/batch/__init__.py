"""Many photos: found, planned, recorded, colored. For the command line and the window alike.

`find.py` looks for them, `targets.py` names the results, `plan.py` says what will become of each
before anything is written, `journal.py` keeps the record that survives a crash, and `run.py` has
reading, looking and writing overlap.
"""
