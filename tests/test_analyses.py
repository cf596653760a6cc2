"""Each analysis against an oracle: hand-set weights, scikit-learn, or what a hand works out."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from aecore import datasets, images
from aecore.choosing import strict
from aecore.evaluation import measure_whole
from aecore.experiments import analyses
from aecore.experiments.analyses import ANALYSES
from aecore.experiments.laboratory import Found, Laboratory, Subject, as_file
from aecore.models import build, load_weights
from aecore.runs import RunStore
from aecore.slices import advance

LINEAR = {"loss": "mse", "output_activation": "identity"}
COPY = {**LINEAR, "bottleneck": 64}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


pytestmark = pytest.mark.usefixtures("one_thread")


def untrained(home, name, **settings):
    """Return a subject whose run has no recording."""
    config = strict({"dataset": "digits", **settings}, "digits")
    data = datasets.load(config.dataset, config.data_options)
    return Subject(name, RunStore(home / "runs").open(config, data.fingerprint), home)


def trained(home, name="net", **settings):
    subject = untrained(home, name, **{"epochs": 1, **settings})
    assert advance(str(home / "runs"), subject.config.as_dict(), math.inf).done
    return subject


def set_by_hand(home, name="net", weights=(), **settings):
    """Return a subject whose network has some weights, and zeros elsewhere."""
    subject = untrained(home, name, **settings)
    blank = build(subject.config).state_dict()
    given = {
        key: torch.as_tensor(value, dtype=torch.float32) for key, value in dict(weights).items()
    }
    assert all(blank[key].shape == value.shape for key, value in given.items())
    subject.model = load_weights(subject.config, {**blank, **given})
    subject.whole = measure_whole(subject.config, subject.model, subject.data)
    return subject


def copying(home, name="copy"):
    eye = torch.eye(64)
    return set_by_hand(home, name, {"encoder_weights.0": eye, "decoder_weights.0": eye}, **COPY)


def blank(home, name="zeros", **settings):
    """Return a network that draws nothing but black."""
    return set_by_hand(home, name, **{**LINEAR, **settings})


def lab(*subjects, seed=0):
    return Laboratory({subject.name: subject for subject in subjects}, seed)


def digits(split="test"):
    data = datasets.load("digits")
    stored = data.test_images if split == "test" else data.train_images
    return stored.reshape(len(stored), -1) / 255.0


def test_analyses_have_the_names_of_their_functions():
    for name, analysis in ANALYSES.items():
        assert getattr(analyses, name) is analysis
        assert analysis.__doc__


# -- reconstructions -----------------------------------------------------------------


def test_errors_stand_beside_those_of_scikit_learns_pca(home):
    subject = trained(home, bottleneck=3)
    values = analyses.errors(lab(subject)).values
    x, known = digits(), PCA(3).fit(digits("train"))
    wanted = ((known.inverse_transform(known.transform(x)) - x) ** 2).mean()
    assert values["net PCA MSE"] == pytest.approx(wanted, rel=1e-4)
    assert values["net PCA squared error"] == pytest.approx(64 * wanted, rel=1e-4)
    mean = ((digits("train").mean(0) - x) ** 2).mean()
    assert values["net mean image MSE"] == pytest.approx(mean, rel=1e-4)
    with torch.no_grad():
        seen = subject.model(torch.tensor(x, dtype=torch.float32)).numpy()
    assert values["net MSE"] == pytest.approx(((seen - x) ** 2).mean(), rel=1e-4)
    assert values["net squared error"] == 64 * values["net MSE"]
    share = values["net share of the mean image's"]
    assert share == pytest.approx(values["net MSE"] / mean, rel=1e-4)
    assert values["net noisy MSE"] == 0
    assert values["net clean MSE"] == values["net MSE"]


def test_errors_under_noise_are_all_of_the_same_noisy_images(home):
    noisy = {"noise": "gaussian", "noise_level": 0.5}
    loud = set_by_hand(
        home, "loud", {f"{side}_weights.0": torch.eye(64) for side in ("encoder", "decoder")},
        **COPY, **noisy,
    )  # fmt: skip
    values = analyses.errors(lab(loud)).values
    assert values["loud noisy MSE"] == pytest.approx(0.25, rel=0.03)
    assert values["loud MSE"] == pytest.approx(values["loud noisy MSE"], rel=1e-5)
    assert values["loud PCA MSE"] == pytest.approx(values["loud noisy MSE"], rel=1e-3)
    assert values["loud clean MSE"] == 0
    assert values["loud mean image MSE"] == pytest.approx(
        ((digits("train").mean(0) - digits()) ** 2).mean(), rel=1e-4
    )


def test_rows_show_what_goes_in_and_what_comes_out(home):
    plain, noisy = copying(home), trained(home, "noisy", noise="masking")
    found = analyses.rows(lab(plain, noisy))
    assert not found.values
    cells = images.tile(np.zeros((40, 8, 8, 3), np.uint8), 10)
    picture = found.figures["rows"]
    assert picture.size == (3 * cells.width, 3 * cells.height)
    pixels = np.array(picture)
    stride = 3 * 9  # eight pixels and a gap
    assert (pixels[:24] == pixels[stride : stride + 24]).all()  # a copy
    assert (pixels[:24] != pixels[2 * stride : 2 * stride + 24]).any()  # what noise left


def test_curves_are_the_live_measurements_as_far_as_each_run_goes(home):
    short, long = trained(home, "short", bottleneck=3), trained(home, "long", tied=True, epochs=2)
    found = analyses.curves(lab(short, long))
    assert not found.values
    lines = {line.name: line for line in found.figures["curves"].data}
    rows = [row for row in long.rows() if row["epoch"] > 0]
    assert [*lines["long"].x] == [row["epoch"] for row in rows]
    assert [*lines["long"].y] == pytest.approx([row["test_mse"] for row in rows])
    rows = [row["test_mse"] for row in short.rows() if row["epoch"] > 0]
    drawn = [y for y in lines["short"].y if y is not None and math.isfinite(y)]
    assert drawn == pytest.approx(rows)


def test_a_perfect_copy_is_as_readable_as_its_original(home):
    values = analyses.readable(lab(copying(home), blank(home)), count=300).values
    assert values["copy readable"] == values["originals readable"] > 0.9
    assert values["zeros readable"] < 0.2


@pytest.mark.parametrize(
    "settings",
    [
        {"noise": "gaussian", "noise_level": 0.4, "clip": True},
        {"variant": "variational", "hidden": "16", "bottleneck": 2},
    ],
    ids=["noisy", "drawn codes"],
)
def test_the_loss_after_some_epochs_is_that_of_the_snapshot(home, settings):
    """The live probe is all of the 360 test images here."""
    subject = trained(home, **settings, epochs=2)
    config, data = subject.config, subject.data
    for epochs in (1, 2):
        weights = subject.run.weights(epochs * config.steps_per_epoch)
        whole = measure_whole(config, load_weights(config, weights), data)
        values = analyses.loss_after(lab(subject), "net", epochs).values
        assert values == {f"net after {epochs}": pytest.approx(whole["test_loss"], rel=1e-6)}
    assert analyses.loss_after(lab(subject), "net", 3) == Found()


def test_the_loss_after_pretraining_counts_from_its_end(home):
    subject = trained(home, "s", variant="stacked", hidden="8", bottleneck=2, pretraining_epochs=1)
    values = analyses.loss_after(lab(subject), "s", 1).values
    assert values["s after 1"] == pytest.approx(subject.whole["test_loss"], rel=1e-6)


def test_the_loss_after_clean_epochs_counts_from_where_noise_begins(home):
    settings = {"bottleneck": 4, "noise": "gaussian", "noise_level": 0.8, "clean_epochs": 2}
    subject = trained(home, **settings, epochs=3)
    values = analyses.loss_after(lab(subject), "net", 1).values
    assert values == {"net after 1": pytest.approx(subject.whole["test_loss"], rel=1e-6)}
    assert analyses.loss_after(lab(subject), "net", 2) == Found()


def test_the_smallest_code_is_the_first_under_the_line(home):
    subjects = [untrained(home, f"q={q}", bottleneck=q) for q in (8, 2, 16)]
    for subject, error in zip(subjects, (0.019, 0.04, 0.01), strict=True):
        subject.whole = {"test_mse": error}
    found = analyses.smallest_code(lab(*subjects), 0.02)
    known, x = PCA(64).fit(digits("train")), digits()
    scores = known.transform(x)

    def left_over(q):
        return ((known.mean_ + scores[:, :q] @ known.components_[:q] - x) ** 2).mean()

    pca = next(q for q in range(1, 65) if left_over(q) <= 0.02)
    assert found.values == {"smallest q": 8, "smallest PCA q": pca}
    network, line = found.figures["sweep"].data[:2]
    assert [*network.x] == [2, 8, 16] and [*network.y] == [0.04, 0.019, 0.01]
    assert [*line.y] == pytest.approx([left_over(q) for q in (2, 8, 16)], rel=1e-4)


# -- codes as features ---------------------------------------------------------------


def telling(home, q=10):
    """Return a subject whose codes are its classes, one unit each."""
    subject = untrained(home, "net", bottleneck=q)
    subject.train_codes = torch.eye(q)[subject.train_labels]
    subject.test_codes = torch.eye(q)[subject.test_labels]
    return subject


def test_codes_that_are_the_class_are_perfect_features(home):
    from sklearn.neighbors import KNeighborsClassifier

    subject = telling(home)
    values = analyses.knn(lab(subject)).values
    assert values["net 7-NN"] == 1
    reader = KNeighborsClassifier(7).fit(digits("train"), subject.train_labels)
    assert values["pixels 7-NN"] == pytest.approx(
        reader.score(digits(), subject.test_labels), abs=0.005
    )
    assert min(values["net seconds"], values["pixels seconds"]) > 0
    assert {*analyses.knn(lab(subject), pixels=False).values} == {"net 7-NN", "net seconds"}
    assert analyses.probe(lab(subject), count=500).values == {"net probe": 1}


def test_codes_that_are_the_class_cluster_into_classes(home):
    values = analyses.clusters(lab(telling(home)), "net").values
    assert values["codes ARI"] == pytest.approx(1)
    assert 0.3 < values["pixels ARI"] < 0.9
    assert min(values["codes seconds"], values["pixels seconds"]) > 0


@pytest.mark.parametrize(
    ("codes", "sparsity"),
    [
        (torch.eye(4), 1),
        (-torch.eye(4), 1),
        (torch.ones(4, 4), 0),
        (torch.zeros(4, 4), 1),
        (torch.tensor([[1.0, 1, 0, 0]]), 2 - math.sqrt(2)),
    ],
)
def test_sparsity_is_hoyers(home, codes, sparsity):
    subject = untrained(home, "net", bottleneck=4)
    subject.test_codes = codes
    values = analyses.sparsity(lab(subject)).values
    assert values["net sparsity"] == pytest.approx(sparsity, abs=1e-6)


def test_bits_that_are_the_class_find_only_their_own(home):
    subject = untrained(home, "net", variant="binary", bottleneck=4)
    table = torch.tensor([[digit >> bit & 1 for bit in range(4)] for digit in range(10)])
    subject.train_codes = table[subject.train_labels].float()
    subject.test_codes = table[subject.test_labels].float()
    values = analyses.hashing(lab(subject), "net", radius=0, count=50).values
    counts = np.bincount(subject.train_labels) / len(subject.train_labels)
    chance = np.mean([counts[label] for label in subject.test_labels])
    assert values == {
        "same class": pytest.approx(1),
        "chance": pytest.approx(chance),
        "found within 0": 1,
        "images found": pytest.approx(chance * len(subject.train_labels)),
        "same class in the table": 1,
    }


# -- filters and codes ---------------------------------------------------------------


def filters(home, name, rows):
    rows = torch.as_tensor(rows, dtype=torch.float32)
    return set_by_hand(home, name, {"encoder_weights.0": rows}, **LINEAR, bottleneck=len(rows))


def test_one_pixel_and_flat_filters_have_the_least_and_the_most_area(home):
    pixels = filters(home, "one", torch.eye(64)[[27, 28, 36]])
    flat = filters(home, "flat", torch.full((2, 64), -0.3))
    half = filters(home, "half, dead", [*[[1.0] * 32 + [0.0] * 32] * 2, [0.0] * 64])
    found = analyses.units(lab(pixels, flat, half))
    values = found.values
    assert values["one area"] == pytest.approx(1 / 64)
    assert values["flat area"] == pytest.approx(1)
    assert values["flat roughness"] == pytest.approx(0)
    assert values["half, dead area"] == pytest.approx(1 / 2)
    assert [values[f"{name} dead"] for name in ("one", "flat")] == [0, 0]
    assert values["half, dead dead"] == pytest.approx(1 / 3)
    # one edge of 8 in 7 · 8 differences down, none across; mean square one half
    assert values["half, dead roughness"] == pytest.approx((8 / 56) / 2 / 0.5)
    assert {*found.figures} == {"filters-one", "filters-flat", "filters-half--dead"}


def test_noise_has_a_roughness_of_two(home):
    noise = torch.randn(400, 64, generator=torch.Generator().manual_seed(0))
    values = analyses.units(lab(filters(home, "noise", noise))).values
    assert values["noise roughness"] == pytest.approx(2, abs=0.06)
    assert values["noise area"] == pytest.approx(1 / 3, abs=0.05)  # ⟨w²⟩² / ⟨w⁴⟩ of a normal w


def test_sensitivity_is_that_of_autograd(home):
    linear = copying(home)
    net = trained(home, bottleneck=5, hidden="7", code_activation="sigmoid")
    values = analyses.sensitivity(lab(linear, net), count=6).values
    assert values["copy ‖J‖"] == pytest.approx(8)  # √64
    jacobians = [
        torch.autograd.functional.jacobian(net.model.encode, x[None]) for x in net.test[:6]
    ]
    wanted = torch.stack([jacobian.norm() for jacobian in jacobians]).mean()
    assert values["net ‖J‖"] == pytest.approx(float(wanted), rel=1e-5)


def test_a_network_that_is_pca_spans_its_subspace(home):
    known = PCA(5).fit(digits("train"))

    def projecting(name, axes):
        weights = {
            "encoder_weights.0": axes,
            "encoder_biases.0": -axes @ known.mean_,
            "decoder_weights.0": axes.T,
            "decoder_biases.0": known.mean_,
        }
        return set_by_hand(home, name, weights, **LINEAR, bottleneck=4)

    laboratory = lab(
        projecting("same", known.components_[:4]),
        projecting("other", known.components_[[0, 1, 2, 4]]),
    )
    same, other = (analyses.subspace(laboratory, run).values for run in laboratory.names())
    assert same["largest angle"] == pytest.approx(0, abs=0.05)
    assert same["MSE over PCA's"] == pytest.approx(1, rel=1e-4)
    assert other["largest angle"] == pytest.approx(90, abs=0.05)
    assert other["MSE over PCA's"] > 1.01


def test_corners_are_those_of_hand_set_weights(home):
    corners = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    settings = {
        "dataset": "one-hot", "length": 4, "bottleneck": 2, "batch_size": 4,
        "code_activation": "sigmoid", "output_activation": "sigmoid",
    }  # fmt: skip
    weights = {
        "encoder_weights.0": 2 * corners.T,
        "decoder_weights.0": 8 * corners,
        "decoder_biases.0": -4 * corners.sum(1) - 4,
    }
    values = analyses.corners(lab(set_by_hand(home, "four", weights, **settings)), "four").values
    away = 1 / (1 + math.exp(2))  # a unit is 0.88 or 0.12
    logit = 2 * 8 * (0.5 - away) - 4
    assert values == {
        "distance to corner": pytest.approx(away),
        "right output": pytest.approx(1 / (1 + math.exp(-logit))),
        "corners used": 4,
    }
    weights["encoder_weights.0"] = 2 * corners[[0, 0, 2, 3]].T
    values = analyses.corners(lab(set_by_hand(home, "three", weights, **settings)), "three").values
    assert values["corners used"] == 3


@pytest.mark.parametrize(("q", "figures"), [(2, {"grid", "samples"}), (3, {"samples"})])
def test_nats_are_those_worked_out_by_hand(home, q, figures):
    """Codes of N(1, 1) for every image; the decoder draws one grey, whatever the code."""
    weights = {"encoder_biases.0": [1.0] * q + [0.0] * q, "decoder_biases.0": [-1.0] * 64}
    vae = set_by_hand(
        home, "vae", weights, code="variational", code_activation="identity", bottleneck=q
    )
    found = analyses.nats(lab(vae), "vae", split="test", side=3)
    grey = 1 / (1 + math.e)
    x = digits()
    bce = -(x * math.log(grey) + (1 - x) * math.log(1 - grey)).sum(1).mean()
    assert found.values["KL"] == pytest.approx(q / 2, rel=1e-5)
    assert found.values["reconstruction"] == pytest.approx(bce, rel=1e-5)
    assert found.values["together"] == pytest.approx(bce + q / 2, rel=1e-5)
    assert {*found.figures} == figures


# -- anomalies -----------------------------------------------------------------------


def test_a_shoe_is_ranked_among_the_test_images(home):
    from aecore.strangers import images as strange_images

    values = analyses.shoes(lab(blank(home)), "zeros").values
    shoe = ((strange_images("shoe", (8, 8)).images[0] / 255) ** 2).mean()
    own = (digits() ** 2).mean(1)
    assert values == {
        "shoe RE": pytest.approx(shoe, rel=1e-5),
        "hardest digit RE": pytest.approx(own.max(), rel=1e-5),
        "shoe rank": (own >= shoe).sum() + 1,
        "second over first": pytest.approx(own.max() / shoe, rel=1e-5),
    }


def test_shoes_of_other_data_are_counted_by_kind(home, shared_data, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    values = analyses.shoes(lab(blank(home), copying(home)), "zeros").values
    kinds = [f"{kind} first" for kind in ("ankle boots", "sneakers", "sandals")]
    assert [*values][-3:] == kinds
    assert all(0 <= values[kind] <= 1 for kind in kinds)


def test_identical_networks_agree_on_the_hardest(home):
    same = [copying(home, name) for name in "abcd"]
    for subject in same:
        subject.model = trained(home, bottleneck=2).model
    values = analyses.stability(lab(*same), top=20).values
    assert values == {"single agreement": 1, "mean agreement": 1, "maximum agreement": 1}
    other = [trained(home, f"seed {seed}", bottleneck=2, seed=seed) for seed in (1, 2)]
    values = analyses.stability(lab(*same[:2], *other), top=20).values
    assert 0 < values["single agreement"] < 1


def test_simple_images_are_scored_as_they_are(home):
    values = analyses.too_easy(lab(blank(home)), "zeros").values
    own = (digits() ** 2).mean(1)
    assert values == {
        "blank RE": 0,
        "stroke RE": 4 / 64,  # four white pixels
        "median digit RE": pytest.approx(np.sort(own)[(len(own) - 1) // 2], rel=1e-5),
        "digits above the blank": 1,
        "digits above the stroke": pytest.approx((own > 4 / 64).mean()),
    }


def test_outliers_are_ranked_among_the_training_images(home, shared_data, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    settings = {"outliers": 0.1, "outlier_source": "mnist", "bottleneck": 4}
    subject = blank(home, "10%", **settings)
    scores = (subject.data.train_images.reshape(1437, -1) / 255.0) ** 2
    scores, truth = scores.mean(1), subject.data.outliers
    assert truth.sum() == pytest.approx(144, abs=1)
    values = analyses.contamination(lab(subject, copying(home))).values
    assert {*values} == {"10% AUC", "10% average precision", "10% outlier over digit"}
    assert values["10% AUC"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-4)
    ratio = scores[truth].mean() / scores[~truth].mean()
    assert values["10% outlier over digit"] == pytest.approx(ratio, rel=1e-4)


# -- compression ---------------------------------------------------------------------


def test_codes_of_a_byte_a_number_stand_beside_codecs(home):
    copy, tied = copying(home), trained(home, "tied", bottleneck=12, tied=True)
    values = analyses.compression(lab(copy, tied), count=100).values
    assert (values["copy bytes"], values["tied bytes"]) == (64, 12)
    assert 0 < values["copy MSE"] < (1 / 255 / 2) ** 2  # rounding to 256 levels, and nothing else
    # decoder matrix and biases, and where each unit lies, as float32
    assert values["copy decoder bytes"] == 4 * (64 * 64 + 64 + 2 * 64)
    assert values["tied decoder bytes"] == 4 * (12 * 64 + 64 + 2 * 12)
    codecs = [f"tied {name} MSE" for name in ("JPEG", "JPEG 2000", "WebP")]
    assert {*codecs} < {*values}
    assert "copy JPEG MSE" not in values  # no quality takes as many bytes
    for key, value in values.items():
        assert key.endswith("bytes") or 0 < value < 0.2


# -- files ---------------------------------------------------------------------------


def test_figures_become_files(home):
    drawn = analyses.rows(lab(copying(home))).figures["rows"]
    ending, content = as_file(drawn)
    assert ending == "png" and content.startswith(b"\x89PNG")
    subject = untrained(home, "q=2", bottleneck=2)
    subject.whole = {"test_mse": 0.04}
    chart = analyses.smallest_code(lab(subject), 0.05).figures["sweep"]
    ending, content = as_file(chart)
    assert ending == "html" and b"<html" in content


@pytest.mark.parametrize(("width", "height", "ratio"), [(3, 3, 1), (6, 2, None), (2, 6, None)])
def test_elongation_is_length_over_width_whichever_way(width, height, ratio):
    mass = torch.zeros(1, 12, 12)
    mass[0, 3 : 3 + height, 4 : 4 + width] = 1
    # a bar of k equal points has a variance of (k² − 1) / 12
    long, short = max(width, height), min(width, height)
    wanted = ratio or ((long**2 - 1) / (short**2 - 1)) ** 0.5
    assert float(analyses._elongation(mass)) == pytest.approx(wanted, rel=1e-5)
    assert float(analyses._elongation(mass.transpose(1, 2))) == pytest.approx(wanted, rel=1e-5)


def test_elongation_follows_a_slanted_stroke():
    assert float(analyses._elongation(torch.eye(9)[None])) > 100
