"""What makes two runs the same job, and what makes a photo's result another one."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.batch.looks import OneLook
from engine.batch.sidecars import GivenEdits
from engine.batch.targets import Naming
from engine.edits import edits_to_json
from engine.pipeline import Wish, sha256_of


@dataclass(frozen=True, slots=True)
class Job:
    """How many photos are to be colored, saved and named.

    Attributes:
        wish: what holds for all; its edits and its choice for conflicts are not used.
        edits: what holds for photos without a sidecar.
        naming: where results go.
        model_sha256: digest of the network's weights.
        look: which photos give the others their look.
    """

    wish: Wish
    edits: GivenEdits
    naming: Naming
    model_sha256: str
    look: OneLook = OneLook()

    @property
    def fingerprint(self) -> str:
        """The same for a command that is given again, wherever it stopped.

        Which folders are given is no part of it, so that a folder can be added.
        """
        naming = self.naming
        into = "" if naming.into is None else os.fsencode(os.path.abspath(naming.into)).hex()  # noqa: PTH100
        return _digest([self._wished, into, naming.template, naming.suffix or ""])

    def wish_key(self, sidecar: Path | None, look: Sequence[str] = ()) -> str:
        """The same for a photo as long as its result would be the same.

        Args:
            sidecar: the file with its own edits.
            look: digests of what gives it its look.
        """
        return _digest([self._wished, digest_of(sidecar), *look])

    @property
    def _wished(self) -> list[object]:
        wish, given = self.wish, self.edits
        return [
            wish.quality,
            wish.colored,
            wish.layer or "",
            asdict(wish.saving),
            edits_to_json(given.edits).decode(),
            asdict(given.overlay),
            self.model_sha256,
            *self.look.written,
        ]


def digest_of(file: Path | None) -> str:
    """SHA-256 of a file; empty for none."""
    return "" if file is None else sha256_of(file) or "unreadable"


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
