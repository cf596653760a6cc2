"""The data sets, by name and options: whether each is on this machine, and its arrays.

`digits` and whatever the app makes are always there. The others are read from IDX files in a
folder, and some of those can be downloaded once. What can be chosen of a data set are its
options; wherever options are given, missing ones have their defaults, and those that the data
set does not know are ignored.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

from aecore import environment, selection
from aecore.catalogue import (
    DATASETS,
    has_pictures,
    largest_patch,
    needs,
    outlier_sources,
    shape,
    sizes,
    spec_of,
    unit_range,
)
from aecore.dataset import Dataset, DatasetSpec, Options, sealed
from aecore.download import Progress, fetch_files
from aecore.idx import DatasetError
from aecore.language import text as _
from aecore.published import complete, read_digits, read_idx
from aecore.splits import Images, Splits

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetError",
    "DatasetSpec",
    "Images",
    "Progress",
    "available",
    "default_name",
    "download_folder",
    "fetch",
    "forget",
    "has_pictures",
    "largest_patch",
    "load",
    "location",
    "missing",
    "needs",
    "outlier_sources",
    "shape",
    "sizes",
    "unit_range",
]

HELD, HELD_BYTES = 8, 1 << 27
"""Most data sets made from options in memory, and most bytes; the newest is kept anyway."""


def missing(name: str, options: Mapping[str, object] | None = None) -> str | None:
    """Return the first data set that would have to be on this machine and is not, if any."""
    return next((each for each in needs(name, options) if location(each) is None), None)


def available(name: str, options: Mapping[str, object] | None = None) -> bool:
    """Say whether a data set can be loaded on this machine, without opening it."""
    return missing(name, options) is None


# -- loading -------------------------------------------------------------------------


def load(name: str, options: Mapping[str, object] | None = None) -> Dataset:
    """Load a data set, or return the one loaded before from the same place.

    Parameters
    ----------
    name
        A key of `DATASETS`.
    options
        What is chosen of it.

    Returns
    -------
    Dataset
        Shared by all callers in this process.

    Raises
    ------
    DatasetError
        If there is no such data set, it or what it is made from is not on this machine, its
        files are not in order, or the options make no sense.
    """
    spec = spec_of(name)
    chosen = _distinct(spec, spec.chosen(options))
    if not (spec.recipe or chosen.get("subset") or chosen.get("outliers")):
        return _load_published(spec)
    if absent := missing(name, chosen):
        raise DatasetError(_absent(spec_of(absent)))
    places = tuple((each, location(each)) for each in needs(name, chosen))
    key = (name, tuple(chosen.items()), places)
    with _lock(_MAKE_LOCKS, name):
        if (held := _recall(key)) is not None:
            return held
        dataset = _make(spec, chosen)
        _hold(key, dataset)
        return dataset


def _distinct(spec: DatasetSpec, chosen: Options) -> Options:
    """Return options in which those that change nothing have their defaults."""
    if "outliers" not in chosen:
        return chosen
    result = dict(chosen)
    if result["subset"] >= spec.train_size:
        result["subset"] = 0
    if not result["outliers"]:
        result["outlier_source"] = spec.options["outlier_source"]
    return result


def _load_published(spec: DatasetSpec) -> Dataset:
    """Load a data set as it was published."""
    folder = location(spec.name)
    with _lock(_LOAD_LOCKS, spec.name):
        held = _LOADED.get(spec.name)
        if held is not None and held[0] == folder:
            return held[1]
        if not spec.splits:
            splits = read_digits()
        elif folder is None:
            raise DatasetError(_absent(spec))
        else:
            splits = read_idx(folder, spec.splits, spec.shape, len(spec.classes))
        found = len(splits.train_images), len(splits.test_images)
        expected = spec.train_size, spec.test_size
        if found != expected:  # what is recorded, and when, follows from the published sizes
            raise DatasetError(
                _(
                    "{dataset} in {folder} has {train:,} training and {test:,} test "
                    "images instead of {wanted_train:,} and {wanted_test:,}: put the published "
                    "files there.",
                    dataset=_(spec.label),
                    folder=folder,
                    train=found[0],
                    test=found[1],
                    wanted_train=expected[0],
                    wanted_test=expected[1],
                )
            )
        dataset = sealed(spec, splits, spec.chosen())
        _LOADED[spec.name] = (folder, dataset)
        return dataset


def _make(spec: DatasetSpec, chosen: Options) -> Dataset:
    """Make a data set by its recipe, or from the images it was published with."""
    if spec.recipe:
        return sealed(spec, spec.recipe.make(chosen, _published_splits), chosen)
    splits = selection.subset(_published_splits(spec.name), chosen["subset"])
    if not chosen["outliers"]:
        return sealed(spec, splits, chosen)
    source = chosen["outlier_source"]
    if source not in (known := outlier_sources(spec.name)):
        raise DatasetError(
            _(
                "Outliers in {dataset} cannot come from {source!r}: choose one of {possible}.",
                dataset=_(spec.label),
                source=source,
                possible=", ".join(known),
            )
        )
    other = spec_of(source)
    splits, outliers = selection.contaminate(
        splits, chosen["outliers"], _load_published(other).test_images, other.label
    )
    return sealed(spec, splits, chosen, outliers)


def _published_splits(name: str) -> Splits:
    """Return another data set as published, to make one from."""
    data = _load_published(spec_of(name))
    return Splits(data.train_images, data.train_labels, data.test_images, data.test_labels)


# -- files ---------------------------------------------------------------------------


def default_name() -> str:
    """Return the data set that a bare address opens: mnist once it is here, else digits."""
    return "mnist" if available("mnist") else "digits"


def location(name: str) -> Path | None:
    """Return the folder that holds all of a data set's files.

    Each folder of ``AE_DATA_DIR`` is searched first, then the one that downloads go to.

    Returns
    -------
    Path or None
        None where there is no such folder, or the data set needs no files.
    """
    spec = spec_of(name)
    if not spec.splits:
        return None
    folders = [folder / name for folder in environment.read().data_dirs]
    if spec.mirrors:
        folders.append(download_folder(name))
    for folder in folders:
        if complete(folder, spec.splits):
            return folder
    return None


def download_folder(name: str) -> Path:
    """Return the folder that a data set is downloaded to, whether or not it exists."""
    return environment.read().home / "data" / spec_of(name).name


def fetch(
    name: str, progress: Progress | None = None, mirrors: Sequence[str] | None = None
) -> Path:
    """Download a data set unless it is here already, and make sure that it loads.

    Parameters
    ----------
    name
        A key of `DATASETS`.
    progress
        Called with the bytes of a file so far, its size (0 if unknown) and its name. What it
        raises ends the download and is passed on.
    mirrors
        Addresses to try instead of the data set's own.

    Returns
    -------
    Path
        The folder that holds the files.

    Raises
    ------
    DatasetError
        If the data set has no download, no mirror gives it, the disk does not take it, or a
        broken copy in ``AE_DATA_DIR`` stands in its way.
    """
    spec = spec_of(name)
    if not spec.splits:
        raise DatasetError(
            _("The data set {name} comes with the app: there is nothing to download.", name=name)
        )
    if not spec.mirrors:
        raise DatasetError(
            _(
                "{dataset} cannot be downloaded. {reason}",
                dataset=_(spec.label),
                reason=_absent(spec),
            )
        )
    with _lock(_FETCH_LOCKS, name):
        folder = download_folder(name)
        found = location(name)
        if found is not None:
            # A broken download is replaced; a broken copy elsewhere would still be found first.
            with contextlib.nullcontext() if found != folder else contextlib.suppress(DatasetError):
                load(name)
                return found
        if mirrors is None:
            mirrors = spec.mirrors
        addresses = [mirror.rstrip("/") + "/" for mirror in mirrors]
        fetch_files(spec.label, spec.files, addresses, folder, progress)
        forget(name)
        load(name)
        return folder


# -- memory --------------------------------------------------------------------------


def forget(name: str | None = None) -> None:
    """Let go of a loaded data set and of all made from it, or of everything.

    The next `load` reads the files again.
    """
    for each in [name] if name is not None else list(_LOADED):
        with _lock(_LOAD_LOCKS, each):
            _LOADED.pop(each, None)
    with _HELD_LOCK:
        for key in list(_HELD):
            own, _wanted, places = key
            if name is None or name == own or name in dict(places):
                del _HELD[key]


def _recall(key: "_Key") -> Dataset | None:
    with _HELD_LOCK:
        if key in _HELD:
            _HELD.move_to_end(key)
        return _HELD.get(key)


def _hold(key: "_Key", dataset: Dataset) -> None:
    """Keep a data set in place of those that were not asked for the longest."""
    with _HELD_LOCK:
        _HELD[key] = dataset
        while len(_HELD) > HELD or (len(_HELD) > 1 and _held_bytes() > HELD_BYTES):
            _HELD.popitem(last=False)


def _held_bytes() -> int:
    return sum(data.train_images.nbytes + data.test_images.nbytes for data in _HELD.values())


def _absent(spec: DatasetSpec) -> str:
    """Say which files are missing, and where to put them."""
    files = _("{files} and {last}", files=", ".join(spec.needed[:-1]), last=spec.needed[-1])
    if spec.mirrors:
        return _(
            "{dataset} is not on this machine: download it, or put {files} (.gz or not) into "
            "{folder}.",
            dataset=_(spec.label),
            files=files,
            folder=download_folder(spec.name),
        )
    return _(
        "{dataset} is not on this machine: put {files} (.gz or not) into a subfolder {name} of a "
        "folder named in AE_DATA_DIR.",
        dataset=_(spec.label),
        files=files,
        name=spec.name,
    )


def _lock(locks: dict[str, threading.Lock], name: str) -> threading.Lock:
    """Return a data set's own lock, so that a long wait for one holds up no other."""
    return locks.setdefault(name, threading.Lock())


_Key = tuple[str, tuple[tuple[str, Hashable], ...], tuple[tuple[str, Path | None], ...]]

_LOADED: dict[str, tuple[Path | None, Dataset]] = {}
_HELD: OrderedDict[_Key, Dataset] = OrderedDict()
_HELD_LOCK = threading.Lock()
_LOAD_LOCKS: dict[str, threading.Lock] = {}
_MAKE_LOCKS: dict[str, threading.Lock] = {}
_FETCH_LOCKS: dict[str, threading.Lock] = {}
