"""The door to checking, apart from it so that what it needs is imported only when it is used."""

from engine.cancel import CancelToken
from engine.checking.report import Report
from engine.values import Photo


def compare(before: Photo, after: Photo, cancel: CancelToken | None = None) -> Report:
    """Compare a result with its original; the files of both must still be there.

    Raises:
        PhotoError: one of the files cannot be read any more.
        Cancelled: on request.
    """
    from engine.checking.check import compare as work
    from engine.photo.read import cannot_open

    try:
        return work(before, after, cancel)
    except OSError as error:
        raise cannot_open(before.source.path, error) from error
