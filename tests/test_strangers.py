"""Strangers: what is offered, what they look like, and that the shoe is one to a network."""

import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from aecore import datasets, strangers
from aecore.anomalies import score
from aecore.config import RunConfig
from aecore.evaluation import pixels
from aecore.strangers import SHOE, STRANGERS
from aecore.training import as_pixels, start, train

ALWAYS = ("shoe", "blank", "stroke", "noise", "digits")


@pytest.fixture
def real_data(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put MNIST and the sample of Fashion-MNIST at hand."""
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))


@pytest.mark.parametrize("name", ALWAYS)
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (10, 12), (1, 4), (64, 64)])
def test_strangers_take_any_shape(name: str, shape: tuple[int, int]) -> None:
    made = strangers.images(name, shape, 5)
    assert made.images.dtype == np.uint8
    assert made.images.shape == (len(made.labels), *shape)
    assert 1 <= len(made.labels) <= 5


def test_the_shoe_is_grey_and_fills_the_frame() -> None:
    made = strangers.images("shoe", (28, 28))
    assert made.labels == ["shoe"]
    shoe = made.images[0]
    rows, columns = np.nonzero(shoe > 64)
    assert np.ptp(rows) >= 20 and np.ptp(columns) >= 24
    assert len(np.unique(shoe[shoe > 64])) > 50
    assert (shoe == 0).mean() > 0.3


def test_the_shoe_is_what_its_script_draws() -> None:
    drawn = runpy.run_path(str(SHOE.with_name("draw_shoe.py")))["draw"]()
    assert drawn.mode == "L"
    difference = np.asarray(drawn, int) - strangers.images("shoe", (28, 28)).images[0]
    assert np.abs(difference).max() <= 8  # versions of Pillow may differ a little


def test_shrinking_keeps_the_mean_grey() -> None:
    small = strangers.images("shoe", (7, 7)).images
    large = strangers.images("shoe", (28, 28)).images
    assert small.mean() == pytest.approx(large.mean(), abs=1)


def test_blank_is_black_and_noise_is_uniform_and_seeded() -> None:
    assert not strangers.images("blank", (9, 9)).images.any()
    noise = strangers.images("noise", (28, 28), 30, seed=3)
    assert noise.labels == ["noise"] * 30
    assert noise.images.mean() == pytest.approx(127.5, abs=2)
    assert (noise.images.min(), noise.images.max()) == (0, 255)
    again = strangers.images("noise", (28, 28), 30, seed=3)
    other = strangers.images("noise", (28, 28), 30, seed=4)
    assert np.array_equal(noise.images, again.images)
    assert not np.array_equal(noise.images, other.images)


@pytest.mark.parametrize("count", [3, 10, 20, 25])
def test_another_data_set_gives_its_classes_evenly(count: int) -> None:
    made = strangers.images("digits", (8, 8), count, seed=1)
    assert len(made.labels) == count
    per_class = Counter(made.labels)
    assert len(per_class) == min(count, 10)
    assert max(per_class.values()) - min(per_class.values()) <= 1


def test_images_of_another_data_set_belong_to_their_labels() -> None:
    data = datasets.load("digits")
    made = strangers.images("digits", (8, 8), 1000)
    assert len(made.labels) == len(data.test_labels)
    pairs = zip(data.test_images, data.test_labels, strict=True)
    known = {image.tobytes(): label for image, label in pairs}
    for image, label in zip(made.images, made.labels, strict=True):
        assert label == f"{known[image.tobytes()]} ({data.spec.label})"


def test_strokes_are_straight_and_each_is_another() -> None:
    made = strangers.images("stroke", (28, 28))
    assert made.labels == list(strangers.STROKES)
    ink = {
        name: np.argwhere(image > 128) / 27
        for name, image in zip(made.labels, made.images, strict=True)
    }
    rows, columns = ink["vertical stroke"].T
    assert np.ptp(rows) > 0.6 and np.ptp(columns) < 0.2
    rows, columns = ink["horizontal stroke"].T
    assert np.ptp(rows) < 0.2 and np.ptp(columns) > 0.6
    for name, slope in (("falling stroke", 1), ("rising stroke", -1)):
        rows, columns = ink[name].T
        assert np.corrcoef(rows, columns)[0, 1] * slope > 0.9


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="no strangers 'cat': choose one of shoe"):
        strangers.images("cat", (8, 8))
    with pytest.raises(ValueError, match="At least 1 stranger"):
        strangers.images("noise", (8, 8), 0)
    with pytest.raises(datasets.DatasetError, match="not on this machine"):
        strangers.images("mnist", (8, 8))


def test_only_what_is_at_hand_is_offered_and_never_the_data_set_itself() -> None:
    assert tuple(strangers.choices("mnist"))[:5] == ALWAYS
    assert tuple(strangers.choices("digits"))[:4] == ALWAYS[:4]
    assert "digits" not in strangers.choices("digits")
    assert "mnist" not in strangers.choices("digits")


def test_every_kind_has_words_for_a_page() -> None:
    for name, kind in STRANGERS.items():
        assert kind.name == name and kind.label and kind.help.endswith(".")


def test_what_the_app_makes_is_no_kind_of_stranger() -> None:
    published = ["digits", "mnist", "fashion-mnist", "fashion-mnist-sample"]
    assert list(STRANGERS) == ["shoe", "blank", "stroke", "noise", *published]


@pytest.mark.usefixtures("real_data")
def test_clothes_are_offered_among_digits_but_not_among_clothes() -> None:
    assert "fashion-mnist-sample" in strangers.choices("mnist")
    assert "mnist" in strangers.choices("digits")
    assert "fashion-mnist-sample" not in strangers.choices("fashion-mnist")
    made = strangers.images("fashion-mnist-sample", (28, 28))
    assert Counter(made.labels)["Ankle boot (Fashion-MNIST sample)"] == 2


def test_a_sample_gives_way_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "location", lambda name: Path())
    offered = strangers.choices("mnist")
    assert "fashion-mnist" in offered and "fashion-mnist-sample" not in offered


@pytest.mark.usefixtures("real_data")
def test_the_shoe_comes_first_among_ten_thousand_digits() -> None:
    config = RunConfig(dataset="mnist", bottleneck=64, epochs=3)
    data, state = datasets.load("mnist"), start(config)
    for step in train(config, pixels(data.train_images), state):
        if step >= config.target_step:
            break
    shoe = strangers.images("shoe", data.shape)
    result = score(
        state.model,
        as_pixels(pixels(data.test_images)),
        as_pixels(pixels(shoe.images)),
    )
    assert result.stranger_ranks.tolist() == [1]
