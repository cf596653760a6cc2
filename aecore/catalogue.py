"""The table of data sets: what each is called, holds and needs, and what can be chosen of it.

Nothing is opened here. Wherever options are given, missing ones have their defaults, and those
that the data set does not know are ignored.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from aecore import patches, selection, synthetic
from aecore.dataset import DatasetSpec, Options, Recipe
from aecore.download import RemoteFile
from aecore.idx import DatasetError
from aecore.language import marked
from aecore.language import text as _
from aecore.splits import Shape, Splits

__all__ = [
    "DATASETS",
    "has_pictures",
    "largest_patch",
    "needs",
    "outlier_sources",
    "shape",
    "sizes",
    "spec_of",
    "unit_range",
]

_SAMPLE = "-sample"


def spec_of(name: str) -> DatasetSpec:
    """Return the data set of a name.

    Raises
    ------
    DatasetError
        If there is none.
    """
    try:
        return DATASETS[name]
    except KeyError:
        known = ", ".join(DATASETS)
        raise DatasetError(
            _("There is no data set {name!r}: choose one of {known}.", name=name, known=known)
        ) from None


def shape(name: str, options: Mapping[str, object] | None = None) -> Shape:
    """Return height and width of a data set's images, in pixels."""
    spec = spec_of(name)
    return spec.recipe.shape(spec.chosen(options)) if spec.recipe else spec.shape


def sizes(name: str, options: Mapping[str, object] | None = None) -> tuple[int, int]:
    """Return a data set's number of training and of test images."""
    spec = spec_of(name)
    chosen = spec.chosen(options)
    if spec.recipe:
        return spec.recipe.sizes(chosen)
    return selection.subset_size(chosen.get("subset", 0), spec.train_size), spec.test_size


def unit_range(name: str, options: Mapping[str, object] | None = None) -> bool:
    """Say whether all pixel values of a data set lie from 0 to 1."""
    spec = spec_of(name)
    return spec.recipe is None or spec.recipe.unit_range(spec.chosen(options))


def has_pictures(name: str, options: Mapping[str, object] | None = None) -> bool:
    """Tell whether pictures from elsewhere can be put among a data set's inputs.

    They cannot be put among vectors, nor among patches whose values go below 0.

    Parameters
    ----------
    name
        Key of `DATASETS`.
    options
        As for `aecore.datasets.load`.
    """
    return unit_range(name, options) and not DATASETS[name].sums_to_one


def needs(name: str, options: Mapping[str, object] | None = None) -> tuple[str, ...]:
    """Return the names of the data sets whose files must be on this machine to load one."""
    spec = spec_of(name)
    chosen = spec.chosen(options)
    used = [name]
    if spec.recipe:
        used.append(spec.recipe.source(chosen) or name)
    elif chosen.get("outliers"):
        used.append(chosen["outlier_source"])
    return tuple(dict.fromkeys(each for each in used if each in DATASETS and DATASETS[each].splits))


def largest_patch(options: Mapping[str, object] | None = None) -> int:
    """Return the side in pixels of the largest patch that can be cut from the chosen source.

    Raises
    ------
    DatasetError
        If there is no such source.
    """
    source = DATASETS["patches"].chosen(options)["patch_source"]
    patches.check_source(source)
    return patches.LARGEST_FROM_PHOTOS if source == "photos" else min(DATASETS[source].shape)


def outlier_sources(name: str) -> tuple[str, ...]:
    """Return the data sets whose test images can be outliers in one: never itself or a part."""
    own = spec_of(name).name.removesuffix(_SAMPLE)
    return tuple(
        each
        for each, spec in DATASETS.items()
        if spec.recipe is None and each.removesuffix(_SAMPLE) != own
    )


def _made(
    name: str,
    label: str,
    description: str,
    recipe: Recipe,
    options: Mapping[str, object],
    defaults: Mapping[str, object],
    *,
    things: str = marked("images"),
    sums_to_one: bool = False,
) -> DatasetSpec:
    """Return a data set that is made by a recipe."""
    return DatasetSpec(
        name,
        label,
        description,
        recipe.shape(options),
        recipe.classes(options),
        *recipe.sizes(options),
        options=MappingProxyType(options),
        defaults=MappingProxyType(defaults),
        recipe=recipe,
        things=things,
        sums_to_one=sums_to_one,
    )


def _make_patches(options: Options, load: Callable[[str], Splits]) -> Splits:
    source, size = options["patch_source"], options["size"]
    patches.check_source(source)
    cut = (
        patches.cut_from_photos(size)
        if source == "photos"
        else patches.cut_from_images(load(source), size, patches.SOURCES[source])
    )
    return patches.finish(cut, mean_removal=options["mean_removal"], whitening=options["whitening"])


def _square(options: Options) -> Shape:
    return options["size"], options["size"]


def _selectable(outlier_source: str = "fashion-mnist") -> Mapping[str, object]:
    """Return the options of a published data set that is trained on; see `aecore.selection`."""
    return MappingProxyType({"subset": 0, "outliers": 0.0, "outlier_source": outlier_source})


_DIGIT_NAMES = tuple("0123456789")
_ARTICLE_NAMES = (
    marked("T-shirt/top"),
    marked("trouser"),
    marked("pullover"),
    marked("dress"),
    marked("coat"),
    marked("sandal"),
    marked("shirt"),
    marked("sneaker"),
    marked("bag"),
    marked("ankle boot"),
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
        options=_selectable(),
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
        options=_selectable(),
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
        options=_selectable("mnist"),
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
    _made(
        name="patches",
        things=marked("patches"),
        label="Patches",
        description=(
            "12,000 small squares cut out of two photographs or of other images. "
            "Filters that learn to describe them become edge detectors."
        ),
        recipe=Recipe(
            make=_make_patches,
            shape=_square,
            sizes=lambda options: (patches.TRAIN, patches.TEST),
            classes=lambda options: ("patch",),
            source=lambda options: (
                None if options["patch_source"] == "photos" else options["patch_source"]
            ),
            unit_range=lambda options: not (options["mean_removal"] or options["whitening"]),
        ),
        options={
            "patch_source": "photos",
            "size": 8,
            "mean_removal": True,
            "whitening": False,
        },
        defaults={
            "bottleneck": 100,
            "code": "k-sparse",
            "active": 5,
            "code_activation": "relu",
            "output_activation": "identity",
            "tied": True,
            "loss": "mse",
            "epochs": 40,
            "learning_rate": 3e-3,
            "batch_size": 100,
        },
    ),
    _made(
        name="one-hot",
        things=marked("vectors"),
        label="One-hot vectors",
        description=(
            "As many inputs as each has numbers, one of which is 1 and the others 0. "
            "To tell them apart, a small code has to become binary."
        ),
        recipe=Recipe(
            make=lambda options, load: synthetic.one_hot(options["length"]),
            shape=lambda options: (1, options["length"]),
            sizes=lambda options: (options["length"], options["length"]),
            classes=lambda options: synthetic.one_hot_classes(options["length"]),
        ),
        options={"length": 4},
        defaults={
            "bottleneck": 2,
            "batch_size": 4,
            "code_activation": "sigmoid",
            "epochs": 500,
            "learning_rate": 0.1,
        },
        sums_to_one=True,
    ),
    _made(
        name="noise",
        label="Noise",
        description=(
            "12,000 images whose pixels are all drawn at random, each on its own. "
            "They have no structure, so there is nothing that a code could make use of."
        ),
        recipe=Recipe(
            make=lambda options, load: synthetic.noise(options["size"], options["distribution"]),
            shape=_square,
            sizes=lambda options: (synthetic.NOISE_TRAIN, synthetic.NOISE_TEST),
            classes=lambda options: ("noise",),
        ),
        options={"size": 8, "distribution": "uniform"},
        defaults={"bottleneck": 16, "epochs": 20},
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
        splits=("t10k",),
        trainable=False,
    ),
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}
"""The data sets by name, in the order in which a page offers them."""
