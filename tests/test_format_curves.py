"""Picture formats of a whole data set: measured once, kept, and drawn."""

import numpy as np
import plotly.graph_objects as go
import pytest

from aecore import format_curves
from aecore.compression import FORMATS, sweep
from aecore.datasets import load
from aecore.figures_compression import STYLES, Curve, error_against_bytes
from aecore.format_curves import kept, measure, sample
from aecore.results import of_dataset


def test_what_is_kept_is_what_the_formats_make_of_the_sample(tmp_path):
    data = load("digits")
    assert kept(tmp_path, data) is None
    told = []
    measure(str(tmp_path), "digits", {}, lambda stage, share: told.append((stage, share)))
    found = kept(tmp_path, data)
    assert list(found) == list(FORMATS)
    assert found["jpeg"] == sweep(sample(data), "jpeg")
    assert [stage for stage, share in told if share == 1] == [f.label for f in FORMATS.values()]
    told.clear()
    measure(str(tmp_path), "digits", {}, lambda *report: told.append(report))
    assert not told  # it was there


def test_the_sample_is_part_of_the_test_split(monkeypatch):
    data = load("digits")
    monkeypatch.setattr(format_curves, "COUNT", 20)
    images = sample(data)
    assert images.shape == (20, 8, 8) and images.dtype == np.uint8
    assert all((data.test_images == image).all((1, 2)).any() for image in images)


def test_formats_that_are_missing_are_left_out_and_measured_once_they_are_there(
    tmp_path, monkeypatch
):
    data = load("digits")
    monkeypatch.setattr(format_curves, "COUNT", 20)
    with monkeypatch.context() as patch:
        patch.setattr(format_curves, "missing", lambda name: "no" if name == "webp" else "")
        measure(str(tmp_path), "digits", {}, lambda *report: None)
        assert list(kept(tmp_path, data)) == ["jpeg", "jpeg2000"]
    assert kept(tmp_path, data) is None
    measure(str(tmp_path), "digits", {}, lambda *report: None)
    assert list(kept(tmp_path, data)) == list(FORMATS)


def test_a_damaged_result_is_measured_again(tmp_path):
    data = load("digits")
    path = of_dataset(tmp_path, data.fingerprint).path(format_curves._NAME)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert kept(tmp_path, data) is None


CURVES = [
    Curve("code", "code", [4, 8], [0.05, 0.02], ["2 bits", "4 bits"]),
    Curve("JPEG", "jpeg", [0.0, 30, 100], [0.5, 0.01, 1e-6], ["0", "1", "50"]),
]


def test_the_chart_shows_every_curve_with_its_words_on_logarithmic_axes():
    figure = go.Figure(error_against_bytes(CURVES, at=8).to_dict())
    code, jpeg = figure.data
    assert (list(code.x), list(code.y), list(code.text)) == ([4, 8], [0.05, 0.02], CURVES[0].words)
    assert list(jpeg.x) == [30, 100]  # 0 bytes are on no logarithmic scale
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    low, high = 10 ** np.array(figure.layout.xaxis.range)
    assert low < 4 and high > 100
    assert figure.layout.shapes[0].x0 == 8
    assert code.line.color != jpeg.line.color


def test_curves_leave_the_picture_below_the_floor():
    figure = error_against_bytes(CURVES, floor=0.005)
    assert 10 ** figure.layout.yaxis.range[0] > 0.005
    assert 10 ** figure.layout.xaxis.range[1] < 60
    assert not figure.layout.shapes


@pytest.mark.parametrize("curves", [[], [Curve("none", "pca", [], [], [])]])
def test_nothing_makes_an_empty_chart(curves):
    go.Figure(error_against_bytes(curves).to_dict()).to_json()


def test_every_format_has_a_style():
    assert set(FORMATS) < set(STYLES)
