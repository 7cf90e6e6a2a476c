"""What a worker of a cluster does: a photo from a plain value to whole files without their names.

The files lie in a hidden folder that the machine with the journal has made for this photo. It gives
them their names once they are recorded. A worker may be killed, be taken for dead, or do a photo
that another one does, too: whatever it wrote is nothing until then. Whoever takes the folder away
calls the photo off.
"""

import functools
import secrets
import shutil
import socket
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from engine.batch.looks import Looks
from engine.batch.records import Sealed
from engine.batch.tasks import Read, Result, Task, failure_of, look_at, read_task, write_task
from engine.cancel import CancelToken
from engine.errors import NoSuchFolder, PhotochromError, UnlikeWorker
from engine.i18n import N_
from engine.network.header import weights_facts
from engine.photo.decoded import allow_pixels
from engine.photo.write import save_error
from engine.predictors import DeviceChoice, load_lasting_predictor
from engine.values import Predictor
from engine.version import VERSION

OTHER_VERSION = N_("it has another version of the program")
OTHER_WEIGHTS = N_("its weights are others")
NOT_SHARED = N_("it does not see the folders that are seen here")

# The network looks at one photo at a time; meanwhile other threads of the worker read and write.
_looking = threading.Lock()
_networks: dict[DeviceChoice, Predictor] = {}
_looks = Looks()


@dataclass(frozen=True, slots=True)
class Order:
    """A photo to be colored by a worker.

    Attributes:
        task: what is to be done; with whole paths.
        folder: where the files are written to; made by whoever gives the order.
        version: the program's, which the worker's has to be.
        weights_sha256: digest of the network's weights, the same.
        device: where the network runs.
        most_pixels: how many a photo may have.
    """

    task: Task
    folder: Path
    version: str
    weights_sha256: str
    device: DeviceChoice
    most_pixels: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of it.

    Attributes:
        result: as if the files had their names already.
        files: the whole files: where they lie, and their digests; that of the result comes first.
        pixels: how many the photo has; 0 if it was not read.
    """

    result: Result
    files: tuple[Sealed, ...] = ()
    pixels: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trouble:
    """Why there is no result.

    Attributes:
        error: what is said of it.
        is_of_worker: whether it would be the same with every photo.
        worker: the name of its machine.
    """

    error: PhotochromError
    is_of_worker: bool = False
    worker: str = ""


def color(order: Order) -> Delivery | Trouble:
    """Color a photo; raises nothing.

    Args:
        order: which and how.
    """
    photo = order.task.source
    try:
        _check_likeness(order)
        predictor = _network(order.device)
    except Exception as error:  # noqa: BLE001 - told by the run
        return Trouble(failure_of(error, photo), is_of_worker=True, worker=socket.gethostname())
    allow_pixels(order.most_pixels)
    try:
        return _colored(order, predictor)
    except Exception as error:  # noqa: BLE001 - one bad file never stops the rest
        told = failure_of(error, photo)
        if "folder" in told.values:  # the hidden one says nothing to anybody
            told.values["folder"] = str(order.task.target.parent)
        return Trouble(told, worker=socket.gethostname())


def _check_likeness(order: Order) -> None:
    """Raise what speaks against this worker: it would color otherwise, or not see the photos."""
    reason = ""
    if order.version != VERSION:
        reason = OTHER_VERSION
    elif order.weights_sha256 != _weights_sha256():
        reason = OTHER_WEIGHTS
    elif not order.folder.is_dir():
        reason = NOT_SHARED
    if reason:
        raise UnlikeWorker(worker=socket.gethostname(), reason=reason)


@functools.cache
def _weights_sha256() -> str:
    return weights_facts().sha256


def _network(device: DeviceChoice) -> Predictor:
    with _looking:
        if device not in _networks:
            _networks[device] = load_lasting_predictor(device)
        return _networks[device]


def _colored(order: Order, predictor: Predictor) -> Delivery:
    # Made now, so that it can be seen that the photo was begun. Not with the folders above: if they
    # are gone, the photo was called off.
    folder = order.folder / secrets.token_hex(4)
    try:
        folder.mkdir()
    except OSError as error:
        raise save_error(error, order.task.target) from error
    try:
        cancel = CancelToken()
        read = read_task(order.task, cancel)
        if isinstance(read, Result):
            return Delivery(read)
        with _looking:
            read = look_at(read, predictor, _looks, cancel)
        if not folder.is_dir():
            raise NoSuchFolder(name=order.task.target.name, folder="")
        return _written(read, folder, cancel)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def times_begun(folder: Path) -> int:
    """How many workers have begun a photo, by the folder of its order.

    Args:
        folder: in which those leave something that were lost.
    """
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0


def _written(read: Read, folder: Path, cancel: CancelToken) -> Delivery:
    task, pixels = read.task, read.pixels
    layer = None if task.layer is None else folder / task.layer.name
    hidden = replace(task, target=folder / task.target.name, layer=layer, sealed=())
    wish = replace(read.wish, on_conflict="overwrite")
    files: list[Sealed] = []
    result = write_task(
        replace(read, task=hidden, wish=wish), lambda _, file: files.append(file), cancel
    )
    return Delivery(replace(result, target=task.target, layer=task.layer), tuple(files), pixels)
