"""The data sets, by name: what each one is, where it lies on this machine, and its arrays.

`digits` is always there. The others are read from IDX files in a folder, and some of those can
be downloaded once.
"""

import contextlib
import hashlib
import importlib.util
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from aecore import environment
from aecore.download import Progress, RemoteFile, fetch_files
from aecore.idx import DatasetError, read_images, read_labels

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetError",
    "DatasetSpec",
    "available",
    "default_name",
    "download_folder",
    "fetch",
    "forget",
    "load",
    "location",
]

Images: TypeAlias = npt.NDArray[np.uint8]
Labels: TypeAlias = npt.NDArray[np.int64]
Arrays: TypeAlias = tuple[Images, Labels, Images, Labels]
Loader: TypeAlias = Callable[["DatasetSpec", Path | None], Arrays]


@dataclass(frozen=True)
class DatasetSpec:
    """What a data set is, known without opening it.

    Attributes
    ----------
    name
        Its name in settings and addresses.
    label
        Its name for people.
    description
        One or two sentences for a page.
    shape
        Height and width of its images, in pixels.
    classes
        Name of each class, in the order of the labels.
    train_size, test_size
        Number of images of each published split.
    loader
        Gives training images, training labels, test images and test labels.
    defaults
        Settings whose default is another for this data set.
    splits
        How the names of its IDX files begin; empty where it needs no files.
    files
        Its published files, where it can be downloaded.
    mirrors
        Addresses that have those files, best first; empty where it is never downloaded.
    trainable
        Whether a network can be trained on it; if not, it only offers images to show to one.
    """

    name: str
    label: str
    description: str
    shape: tuple[int, int]
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    loader: Loader = field(repr=False)
    defaults: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    splits: tuple[str, ...] = ()
    files: tuple[RemoteFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    trainable: bool = True

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the files that must be in its folder, each with ``.gz`` or without."""
        kinds = ("images-idx3-ubyte", "labels-idx1-ubyte")
        return tuple(f"{split}-{kind}" for split in self.splits for kind in kinds)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory; its arrays are shared and cannot be written.

    Attributes
    ----------
    spec
        What it is.
    train_images, test_images
        Arrays of uint8, shape (N, height, width), 0 (black) to 255 (white).
    train_labels, test_labels
        Arrays of int64, shape (N,), indices into `classes`.
    fingerprint
        Sixteen hexadecimal digits that change whenever any image or label does.
    """

    spec: DatasetSpec
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    fingerprint: str

    @property
    def name(self) -> str:
        """Its name in settings and addresses."""
        return self.spec.name

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of its images, in pixels."""
        return self.spec.shape

    @property
    def pixels(self) -> int:
        """Number of pixels of an image."""
        height, width = self.shape
        return height * width

    @property
    def classes(self) -> tuple[str, ...]:
        """Name of each class, in the order of the labels."""
        return self.spec.classes


def load(name: str) -> Dataset:
    """Load a data set, or return the one loaded before from the same place.

    Parameters
    ----------
    name
        A key of `DATASETS`.

    Returns
    -------
    Dataset
        Shared by all callers in this process.

    Raises
    ------
    DatasetError
        If there is no such data set, it is not on this machine, or its files are not in order.
    """
    spec = _spec(name)
    folder = location(name)
    with _lock(_LOAD_LOCKS, name):
        held = _LOADED.get(name)
        if held is not None and held[0] == folder:
            return held[1]
        if spec.splits and folder is None:
            raise DatasetError(_absent(spec))
        arrays = spec.loader(spec, folder)
        found, expected = (len(arrays[0]), len(arrays[2])), (spec.train_size, spec.test_size)
        if found != expected:  # what is recorded, and when, follows from the published sizes
            raise DatasetError(
                f"{spec.label} in {folder} has {found[0]:,} training and {found[1]:,} test "
                f"images instead of {expected[0]:,} and {expected[1]:,}: put the published "
                "files there."
            )
        for array in arrays:
            array.setflags(write=False)
        dataset = Dataset(spec, *arrays, fingerprint=_fingerprint(arrays))
        _LOADED[name] = (folder, dataset)
        return dataset


def available(name: str) -> bool:
    """Say whether a data set is on this machine, without opening it."""
    return not _spec(name).splits or location(name) is not None


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
    spec = _spec(name)
    if not spec.splits:
        return None
    folders = [folder / name for folder in environment.read().data_dirs]
    if spec.mirrors:
        folders.append(download_folder(name))
    for folder in folders:
        if all(_find(folder, file) for file in spec.needed):
            return folder
    return None


def download_folder(name: str) -> Path:
    """Return the folder that a data set is downloaded to, whether or not it exists."""
    return environment.read().home / "data" / _spec(name).name


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
    spec = _spec(name)
    if not spec.splits:
        raise DatasetError(f"The data set {name} comes with the app: there is nothing to download.")
    if not spec.mirrors:
        raise DatasetError(f"{spec.label} cannot be downloaded. {_absent(spec)}")
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


def forget(name: str | None = None) -> None:
    """Let go of a loaded data set, or of all, so that the next `load` reads the files again."""
    for each in [name] if name is not None else list(_LOADED):
        with _lock(_LOAD_LOCKS, each):
            _LOADED.pop(each, None)


def _load_digits(spec: DatasetSpec, folder: Path | None) -> Arrays:
    """Load scikit-learn's digits; every fifth image, from the first on, is a test image."""
    levels, labels = _digit_levels()
    images = np.rint(levels * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), from 0..16
    test = np.arange(len(images)) % 5 == 0
    return images[~test], labels[~test], images[test], labels[test]


def _digit_levels() -> tuple[npt.NDArray[np.float64], Labels]:
    """Return scikit-learn's digits, (1797, 8, 8) from 0 to 16, and their labels.

    The table is read where the package keeps it, for importing `sklearn.datasets` takes two
    seconds and brings pandas along.
    """
    package = importlib.util.find_spec("sklearn")
    folders = (package.submodule_search_locations or []) if package else []
    for folder in folders:
        table = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if table.is_file():
            rows = np.loadtxt(table, delimiter=",")  # (1797, 65): pixels, then the label
            return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].astype(np.int64)
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target.astype(np.int64)


def _load_idx(spec: DatasetSpec, folder: Path | None) -> Arrays:
    """Load IDX files; a split that the data set does not have comes out empty."""
    assert folder is not None
    empty = np.empty((0, *spec.shape), np.uint8), np.empty(0, np.int64)
    train = _load_split(spec, folder, "train") if "train" in spec.splits else empty
    return *train, *_load_split(spec, folder, "t10k")


def _load_split(spec: DatasetSpec, folder: Path, split: str) -> tuple[Images, Labels]:
    """Load the images and labels of one split, and check that they belong together."""
    paths = [_find(folder, file) for file in spec.needed if file.startswith(f"{split}-")]
    images_path, labels_path = (path or folder / split for path in paths)
    images = read_images(images_path, spec.shape)
    labels = read_labels(labels_path, len(spec.classes))
    if len(images) != len(labels):
        raise DatasetError(
            f"{images_path} holds {len(images):,} images, but {labels_path.name} beside it "
            f"{len(labels):,} labels: replace the one that does not belong."
        )
    return images, labels


def _find(folder: Path, file: str) -> Path | None:
    """Return a file of a folder, gzipped as downloaded or else unpacked; None if absent."""
    for path in (folder / f"{file}.gz", folder / file):
        with contextlib.suppress(OSError):
            if path.is_file():
                return path
    return None


def _fingerprint(arrays: Arrays) -> str:
    """Hash the shapes and contents of arrays, alike on every machine."""
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays:
        portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{portable.dtype.str}{portable.shape}".encode())
        digest.update(portable.data)
    return digest.hexdigest()


def _spec(name: str) -> DatasetSpec:
    """Return the data set of a name."""
    try:
        return DATASETS[name]
    except KeyError:
        known = ", ".join(DATASETS)
        raise DatasetError(f"There is no data set {name!r}: choose one of {known}.") from None


def _absent(spec: DatasetSpec) -> str:
    """Say which files are missing, and where to put them."""
    files = " and ".join((", ".join(spec.needed[:-1]), spec.needed[-1]))
    if spec.mirrors:
        place, other = str(download_folder(spec.name)), "download it, or "
    else:
        place, other = f"a subfolder {spec.name} of a folder named in AE_DATA_DIR", ""
    return f"{spec.label} is not on this machine: {other}put {files} (.gz or not) into {place}."


def _lock(locks: dict[str, threading.Lock], name: str) -> threading.Lock:
    """Return a data set's own lock, so that a long wait for one holds up no other."""
    return locks.setdefault(name, threading.Lock())


_LOADED: dict[str, tuple[Path | None, Dataset]] = {}
_LOAD_LOCKS: dict[str, threading.Lock] = {}
_FETCH_LOCKS: dict[str, threading.Lock] = {}

_DIGIT_NAMES = tuple("0123456789")
_ARTICLE_NAMES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)

_SPECS = (
    DatasetSpec(
        name="digits",
        label="Digits",
        description=(
            "1,797 real handwritten digits of 8 x 8 pixels that come with scikit-learn. "
            "Small and always there: a network learns them in seconds."
        ),
        shape=(8, 8),
        classes=_DIGIT_NAMES,
        train_size=1437,
        test_size=360,
        loader=_load_digits,
        defaults=MappingProxyType({"bottleneck": 8, "batch_size": 32, "epochs": 30}),
    ),
    DatasetSpec(
        name="mnist",
        label="MNIST",
        description=(
            "60,000 handwritten digits of 28 x 28 pixels to train on and 10,000 to test with. "
            "Most published experiments with autoencoders use them."
        ),
        shape=(28, 28),
        classes=_DIGIT_NAMES,
        train_size=60_000,
        test_size=10_000,
        loader=_load_idx,
        splits=("train", "t10k"),
        files=(
            RemoteFile("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            RemoteFile("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
            RemoteFile("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
            RemoteFile("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
        ),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
    ),
    DatasetSpec(
        name="fashion-mnist",
        label="Fashion-MNIST",
        description=(
            "60,000 pictures of ten kinds of clothing to train on and 10,000 to test with, in "
            "the form of MNIST. Harder than digits, because the kinds look alike."
        ),
        shape=(28, 28),
        classes=_ARTICLE_NAMES,
        train_size=60_000,
        test_size=10_000,
        loader=_load_idx,
        splits=("train", "t10k"),
        files=(
            RemoteFile("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            RemoteFile("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            RemoteFile("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            RemoteFile("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
    ),
    DatasetSpec(
        name="fashion-mnist-sample",
        label="Fashion-MNIST sample",
        description=(
            "900 pictures of clothing, 90 of each kind, to hide among digits as strangers. "
            "A sample, not the published test split of Fashion-MNIST."
        ),
        shape=(28, 28),
        classes=_ARTICLE_NAMES,
        train_size=0,
        test_size=900,
        loader=_load_idx,
        splits=("t10k",),
        trainable=False,
    ),
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}
"""The data sets by name, in the order in which a page offers them."""
