"""Libraries that only some formats need: imported when such a file comes, not at the start.

They are installed with the program. Where one is missing all the same, as on a system without a
wheel of it, the files it would read are turned down and all others go on being read.
"""

import importlib
import logging
from typing import Any

from engine.photo.decoded import Undecodable

_LOG = logging.getLogger(__name__)


def imported(name: str, reason: str) -> Any:
    """A module, imported now.

    Args:
        name: its name.
        reason: why its files are not read where it is missing, as half a sentence.

    Raises:
        Undecodable: it is not installed or does not work on this system.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        _LOG.warning("%s is not there: %s", name, error)
        raise Undecodable(reason) from error
