"""The registry of data sets, and loading each from where it lies."""

import dataclasses
import gzip
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from aecore import datasets, published
from aecore.datasets import DATASETS, DatasetError


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Leave no small or broken set behind for the next test."""
    yield
    for name in ("fashion-mnist", "fashion-mnist-sample"):
        datasets.forget(name)


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an array as a gzipped IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(bytes((0, 0, 8, array.ndim)) + sizes + array.tobytes()))


def write_small(folder: Path, train: int = 5, test: int = 3, seed: int = 0) -> None:
    """Write a small set of random images in the form of MNIST."""
    draw = np.random.default_rng(seed)
    for split, count in (("train", train), ("t10k", test)):
        images = draw.integers(0, 256, (count, 28, 28), np.uint8)
        write_idx(folder / f"{split}-images-idx3-ubyte.gz", images)
        labels = (np.arange(count) % 10).astype(np.uint8)
        write_idx(folder / f"{split}-labels-idx1-ubyte.gz", labels)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small set of `write_small` pass for the whole of Fashion-MNIST."""
    spec = dataclasses.replace(DATASETS["fashion-mnist"], train_size=5, test_size=3)
    monkeypatch.setitem(DATASETS, "fashion-mnist", spec)


def test_every_entry_is_fit_for_a_page() -> None:
    for name, spec in DATASETS.items():
        assert spec.name == name
        assert spec.label and spec.classes
        assert spec.recipe or len(spec.classes) == 10
        assert spec.description.endswith(".") and "\n" not in spec.description
        assert bool(spec.files) == bool(spec.mirrors)
        assert {file.name for file in spec.files} <= {f"{file}.gz" for file in spec.needed}
        assert all(mirror.endswith("/") for mirror in spec.mirrors)
        hash(spec)
    assert list(DATASETS) == [
        "digits",
        "mnist",
        "fashion-mnist",
        "patches",
        "one-hot",
        "noise",
        "fashion-mnist-sample",
    ]
    untrainable = [name for name, spec in DATASETS.items() if not spec.trainable]
    assert untrainable == ["fashion-mnist-sample"]
    assert [name for name, spec in DATASETS.items() if spec.sums_to_one] == ["one-hot"]
    assert "not the published" in DATASETS["fashion-mnist-sample"].description


def test_defaults_cannot_be_changed_by_accident() -> None:
    assert dict(DATASETS["digits"].defaults) == {"bottleneck": 8, "batch_size": 32, "epochs": 30}
    assert DATASETS["mnist"].defaults == {} == DATASETS["fashion-mnist"].defaults
    with pytest.raises(TypeError):
        DATASETS["digits"].defaults["epochs"] = 1  # type: ignore[index]
    for spec in DATASETS.values():
        with pytest.raises(TypeError):
            spec.options["subset"] = 1  # type: ignore[index]


def test_digits_are_scikit_learns() -> None:
    digits, source = datasets.load("digits"), load_digits()
    spec = DATASETS["digits"]
    assert digits.train_images.shape == (spec.train_size, 8, 8) == (1437, 8, 8)
    assert digits.test_images.shape == (spec.test_size, 8, 8) == (360, 8, 8)
    assert digits.test_images.dtype == np.uint8 and digits.test_labels.dtype == np.int64
    np.testing.assert_array_equal(digits.test_labels, source.target[::5])
    np.testing.assert_array_equal(digits.train_labels[:5], source.target[[1, 2, 3, 4, 6]])
    np.testing.assert_allclose(digits.test_images, source.images[::5] * 255 / 16, atol=0.5)
    assert digits.test_images.max() == 255
    assert (digits.name, digits.shape, digits.pixels) == ("digits", (8, 8), 64)
    assert digits.classes == spec.classes


def test_digits_need_no_files() -> None:
    assert datasets.available("digits")
    assert datasets.location("digits") is None
    with pytest.raises(DatasetError, match="nothing to download"):
        datasets.fetch("digits")


def test_arrays_are_read_only() -> None:
    digits = datasets.load("digits")
    for array in (
        digits.train_images,
        digits.train_labels,
        digits.test_images,
        digits.test_labels,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_mnist_is_the_published_one(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(mnist_dir.parent))
    assert datasets.default_name() == "mnist"
    assert datasets.location("mnist") == mnist_dir
    mnist, spec = datasets.load("mnist"), DATASETS["mnist"]
    assert mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert mnist.train_images.shape == (spec.train_size, 28, 28)
    assert mnist.test_images.shape == (spec.test_size, 28, 28)
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert mnist.pixels == 784
    assert not mnist.train_images.flags.writeable


def test_the_sample_has_900_test_images_and_no_others(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    sample = datasets.load("fashion-mnist-sample")
    assert sample.train_images.shape == (0, 28, 28) and sample.train_labels.shape == (0,)
    assert sample.test_images.shape == (900, 28, 28)
    assert np.bincount(sample.test_labels).tolist() == [90] * 10
    assert np.all(np.diff(sample.test_labels) >= 0)


def test_the_sample_is_only_found_in_data_folders(tmp_path: Path) -> None:
    write_small(tmp_path / "home" / "data" / "fashion-mnist-sample")
    assert not datasets.available("fashion-mnist-sample")
    with pytest.raises(DatasetError, match=r"cannot be downloaded.*AE_DATA_DIR"):
        datasets.fetch("fashion-mnist-sample")


def test_a_set_that_is_not_here_says_what_to_do() -> None:
    assert datasets.default_name() == "digits"
    assert not datasets.available("mnist") and datasets.location("mnist") is None
    with pytest.raises(DatasetError) as caught:
        datasets.load("mnist")
    message = str(caught.value)
    assert "train-images-idx3-ubyte" in message
    assert str(datasets.download_folder("mnist")) in message


@pytest.mark.parametrize(
    "use", [datasets.load, datasets.available, datasets.location, datasets.fetch]
)
def test_an_unknown_name_is_refused_with_the_known_ones(use) -> None:
    with pytest.raises(DatasetError, match="no data set 'cifar': choose one of digits, mnist"):
        use("cifar")


def test_data_folders_come_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    home = tmp_path / "home" / "data" / "fashion-mnist"
    write_small(home, seed=1)
    first = datasets.load("fashion-mnist")
    assert datasets.location("fashion-mnist") == home

    incomplete, complete = tmp_path / "one", tmp_path / "two"
    incomplete.mkdir()
    write_small(complete / "fashion-mnist", seed=2)
    shutil.copytree(complete / "fashion-mnist", incomplete / "fashion-mnist")
    (incomplete / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    monkeypatch.setenv("AE_DATA_DIR", os.pathsep.join(map(str, (incomplete, complete))))
    assert datasets.location("fashion-mnist") == complete / "fashion-mnist"
    second = datasets.load("fashion-mnist")
    assert second.fingerprint != first.fingerprint
    assert len(second.train_images) == 5


def test_files_may_be_unpacked(tmp_path: Path, small: None) -> None:
    folder = tmp_path / "home" / "data" / "fashion-mnist"
    write_small(folder)
    packed = datasets.load("fashion-mnist")
    for path in folder.glob("*.gz"):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    datasets.forget("fashion-mnist")
    assert datasets.load("fashion-mnist").fingerprint == packed.fingerprint


def test_another_number_of_images_than_published_is_refused(tmp_path: Path) -> None:
    write_small(tmp_path / "home" / "data" / "fashion-mnist")
    with pytest.raises(DatasetError, match=r"5 training and 3 test images instead of 60,000 and"):
        datasets.load("fashion-mnist")


def test_images_and_labels_must_be_as_many(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "data" / "fashion-mnist"
    write_small(folder)
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.zeros(4, np.uint8))
    with pytest.raises(DatasetError, match=r"holds 3 images, but t10k-labels.* 4 labels"):
        datasets.load("fashion-mnist")


def test_swapped_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "data" / "fashion-mnist"
    write_small(folder)
    images, labels = (folder / f"train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
    shutil.copy(labels, images)
    with pytest.raises(DatasetError, match=f"{images} holds labels where images belong"):
        datasets.load("fashion-mnist")


def test_a_broken_copy_in_a_data_folder_is_told_and_not_downloaded_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fashion-mnist"
    write_small(folder)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"")
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    with pytest.raises(DatasetError, match=r"train-labels-idx1-ubyte\.gz is not an IDX file"):
        datasets.fetch("fashion-mnist", mirrors=["http://127.0.0.1:9/"])


def test_a_teachers_own_files_are_not_downloaded_over(tmp_path: Path, small: None) -> None:
    folder = tmp_path / "home" / "data" / "fashion-mnist"
    write_small(folder)
    assert datasets.fetch("fashion-mnist", mirrors=["http://127.0.0.1:9/"]) == folder


def test_the_fingerprint_follows_the_content(tmp_path: Path, small: None) -> None:
    folder = tmp_path / "home" / "data" / "fashion-mnist"
    prints = []
    for seed, last in ((0, 2), (0, 2), (1, 2), (0, 7)):
        write_small(folder, seed=seed)
        write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.array([0, 1, last], np.uint8))
        datasets.forget()
        prints.append(datasets.load("fashion-mnist").fingerprint)
    assert prints[0] == prints[1] and len(set(prints)) == 3
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in prints)


def test_published_sets_have_the_same_fingerprint_everywhere(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    known = {
        "digits": "86ebf10b933fa94c",
        "mnist": "699ea26c52ef8269",
        "fashion-mnist-sample": "3e35fe0f2ba86b4d",
    }  # recordings made before there were options are found by these
    assert {name: datasets.load(name).fingerprint for name in known} == known


def test_thirty_threads_load_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small: None
) -> None:
    write_small(tmp_path / "home" / "data" / "fashion-mnist")
    reads: list[Path] = []
    read_images = published.read_images

    def counted(path: Path, shape: tuple[int, int]) -> datasets.Images:
        reads.append(path)
        return read_images(path, shape)

    monkeypatch.setattr(published, "read_images", counted)
    together = threading.Barrier(30)
    loaded: list[datasets.Dataset] = []

    def one() -> None:
        together.wait()
        loaded.append(datasets.load("fashion-mnist"))

    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 30 and len(set(map(id, loaded))) == 1
    assert len(reads) == 2


def test_forget_loads_anew() -> None:
    first = datasets.load("digits")
    assert datasets.load("digits") is first
    datasets.forget("digits")
    assert datasets.load("digits") is not first


# -- options -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("digits", {}),
        ("digits", {"subset": 100}),
        ("digits", {"subset": 99_999}),
        ("patches", {}),
        ("patches", {"size": 11, "whitening": True}),
        ("patches", {"mean_removal": False}),
        ("one-hot", {"length": 5}),
        ("noise", {"size": 6, "distribution": "gaussian"}),
    ],
)
def test_what_is_known_beforehand_is_what_is_loaded(name: str, options: dict) -> None:
    data = datasets.load(name, options)
    assert datasets.shape(name, options) == data.shape == data.train_images.shape[1:]
    assert datasets.sizes(name, options) == (len(data.train_images), len(data.test_images))
    assert (len(data.train_labels), len(data.test_labels)) == datasets.sizes(name, options)
    assert data.pixels == data.train_images[0].size
    assert data.train_labels.max() < len(data.classes)
    in_range = datasets.unit_range(name, options)
    assert data.train_images.dtype == data.test_images.dtype
    assert data.train_images.dtype == (np.uint8 if in_range else np.float32)
    assert not data.train_images.flags.writeable and not data.test_labels.flags.writeable
    assert datasets.available(name, options) and datasets.missing(name, options) is None


@pytest.mark.parametrize("name", ["patches", "one-hot", "noise"])
def test_a_made_set_comes_with_the_app(name: str) -> None:
    assert datasets.needs(name) == () and datasets.location(name) is None
    spec = DATASETS[name]
    assert (spec.shape, spec.classes) == (datasets.shape(name), datasets.load(name).classes)
    assert (spec.train_size, spec.test_size) == datasets.sizes(name)
    with pytest.raises(DatasetError, match="nothing to download"):
        datasets.fetch(name)


def test_options_that_change_nothing_give_the_same_data() -> None:
    digits = datasets.load("digits")
    assert datasets.load("digits", {"subset": 1437, "length": 3, "loss": "mse"}) is digits
    assert datasets.load("digits", {"outliers": 0.0, "outlier_source": "mnist"}) is digits
    some = datasets.load("digits", {"subset": 10})
    assert datasets.load("digits", {"subset": 10, "outlier_source": "mnist"}) is some
    assert some.fingerprint != digits.fingerprint and digits.outliers is None
    assert datasets.load("one-hot", {"length": 4, "size": 3}) is datasets.load("one-hot")


def test_what_is_needed_and_absent_is_named() -> None:
    options = {"outliers": 0.1}
    assert datasets.needs("digits", options) == ("fashion-mnist",)
    assert datasets.missing("digits", options) == "fashion-mnist"
    assert not datasets.available("digits", options) and datasets.available("digits")
    with pytest.raises(DatasetError, match="Fashion-MNIST is not on this machine: download it"):
        datasets.load("digits", options)
    assert datasets.missing("mnist", options) == "mnist"
    assert datasets.missing("patches", {"patch_source": "mnist"}) == "mnist"
    with pytest.raises(DatasetError, match="MNIST is not on this machine: download it"):
        datasets.load("patches", {"patch_source": "mnist"})


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("digits", {"subset": -3}, r"must be 0 \(all\) or more, not -3\."),
        ("mnist", {"outliers": 0.6, "outlier_source": "digits"}, r"must be 0 to 0\.5, not 0\.6\."),
        ("patches", {"size": 33}, r"Two photographs: .* 2 to 32 pixels wide, not 33\."),
        ("patches", {"size": 1}, r"2 to 32 pixels wide, not 1\."),
        ("patches", {"size": 9, "patch_source": "digits"}, r"Digits: .* 2 to 8 .* not 9\."),
        ("patches", {"size": 29, "patch_source": "mnist"}, r"MNIST: .* 2 to 28 .* not 29\."),
        ("patches", {"patch_source": "cats"}, r"cut from 'cats': choose one of photos, mnist"),
        ("one-hot", {"length": 1}, r"2 to 64 numbers long, not 1\."),
        ("one-hot", {"length": 65}, r"2 to 64 numbers long, not 65\."),
        ("noise", {"size": 33}, r"2 to 32 pixels wide, not 33\."),
        ("noise", {"distribution": "pink"}, r"no noise 'pink': choose one of uniform, gaussian"),
    ],
)
def test_senseless_options_are_refused_in_a_sentence(
    name: str, options: dict, sentence: str, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    with pytest.raises(DatasetError, match=sentence):
        datasets.load(name, options)


def test_few_made_sets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets.forget()
    first = datasets.load("one-hot", {"length": 2})
    for length in range(3, 3 + datasets.HELD - 1):
        datasets.load("one-hot", {"length": length})
    assert datasets.load("one-hot", {"length": 2}) is first  # asked for again, so kept
    datasets.load("one-hot", {"length": 60})
    datasets.load("one-hot", {"length": 61})
    assert len(datasets._HELD) == datasets.HELD
    assert datasets.load("one-hot", {"length": 2}) is first
    monkeypatch.setattr(datasets, "HELD_BYTES", 1000)
    noise = datasets.load("noise")
    assert len(datasets._HELD) == 1 and datasets.load("noise") is noise


def test_forgetting_a_set_forgets_what_was_made_from_it() -> None:
    digits, some = datasets.load("digits"), datasets.load("digits", {"subset": 10})
    one_hot = datasets.load("one-hot")
    datasets.forget("digits")
    assert datasets.load("digits") is not digits
    assert datasets.load("digits", {"subset": 10}) is not some
    assert datasets.load("one-hot") is one_hot


def test_values_are_shown_by_their_span() -> None:
    digits = datasets.load("digits")
    assert digits.span == (0.0, 1.0)
    np.testing.assert_array_equal(digits.shown(np.array([-1, 0, 0.25, 2])), [0, 0, 0.25, 1])
    patches = datasets.load("patches")
    low, high = patches.span
    assert low == -high and high == pytest.approx(np.percentile(abs(patches.train_images), 99.5))
    np.testing.assert_allclose(
        patches.shown(np.array([[low], [0], [high / 2], [9]])).T, [[0, 0.5, 0.75, 1]]
    )


def test_importing_is_light() -> None:
    code = (
        "import sys; from aecore import datasets; datasets.default_name(); "
        "heavy = {'torch', 'sklearn', 'pandas', 'PIL', 'streamlit', 'pooch', 'requests', "
        "'aecore.config'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
