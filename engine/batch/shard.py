"""A share of a listing: each photo belongs to one of N, whoever asks and wherever."""

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several shares.

    Attributes:
        index: from 1.
        count: how many there are.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise ValueError(f"shard {self.index} of {self.count}")

    def has(self, relative: str) -> bool:
        """Whether a photo belongs to it.

        What differs only in its ending or in capitals belongs together, since its results may want
        the same name.
        """
        stem = str(PurePosixPath(relative).with_suffix(""))
        same = unicodedata.normalize("NFC", stem).casefold().encode("utf-8", "surrogateescape")
        return int.from_bytes(hashlib.sha256(same).digest()[:8], "big") % self.count + 1 == (
            self.index
        )
