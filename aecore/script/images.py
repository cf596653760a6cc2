"""The images in a script, by the names of `aecore.catalogue.DATASETS`: ``train`` and ``test``."""

from __future__ import annotations

from collections.abc import Callable

from aecore import datasets
from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.patches import (
    LEAST_SPREAD_IN_IMAGES,
    LEAST_SPREAD_IN_PHOTOS,
    STRIP,
    STRIP_TRAIN,
    TEST,
    TRAIN,
    ZCA_EPSILON,
)
from aecore.synthetic import GAUSSIAN_MEAN, GAUSSIAN_SD, NOISE_TEST, NOISE_TRAIN

_READ = '''
def read(folder, split):
    """Return the images of a split, one a row, from 0 (black) to 1 (white)."""
    content = gzip.decompress(Path(folder, f"{split}-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(content, np.uint8, offset=16)
    return torch.tensor(pixels.reshape(-1, %d) / np.float32(255))
'''
_DIGITS = """
images = torch.tensor(load_digits().images / 16, dtype=torch.float32).flatten(1)
every_fifth = torch.arange(len(images)) % 5 == 0
"""


def images(config: RunConfig) -> list[str]:
    """Return what makes the images, ``train`` and ``test`` of shape (N, n)."""
    return [*_asked_for(config), *_made_or_read(config)]


def _asked_for(config: RunConfig) -> list[str]:
    """Return what says which folders are expected where they are not given."""
    count = len(_read_places(config))
    return [f"if len(sys.argv) != {count + 1}: sys.exit(__doc__)"] if count else []


def _made_or_read(config: RunConfig) -> list[str]:
    if DATASETS[config.dataset].recipe:
        return _MADE[config.dataset](config)
    return [*_published(config), *_selection(config)]


def _read_places(config: RunConfig) -> dict[str, str]:
    """Return the expression of the folder of each data set that is read from one."""
    needed = datasets.needs(config.dataset, config.data_options)
    return {name: f"sys.argv[{k}]" for k, name in enumerate(needed, start=1)}


def _published(config: RunConfig) -> list[str]:
    places = _read_places(config)
    n = next((DATASETS[name].shape[0] * DATASETS[name].shape[1] for name in places), 0)
    reader = [_READ % n] if places else []
    if config.dataset not in places:
        split = "train, test = images[~every_fifth], images[every_fifth]"
        return [*reader, _DIGITS.strip() + f"\n{split}"]
    folder = places[config.dataset]
    return [*reader, f'train, test = read({folder}, "train"), read({folder}, "t10k")']


def _selection(config: RunConfig) -> list[str]:
    """Return what keeps some of the training images, and hides others among them."""
    lines = []
    if 0 < config.subset < DATASETS[config.dataset].train_size:
        lines += [
            f"train = train[np.random.default_rng(0).permutation(len(train))[:{config.subset}]]"
        ]
    if count := round(config.outliers * config.train_size):
        lines += _outliers(config, count)
    return ["\n".join(lines)] if lines else []


def _outliers(config: RunConfig, count: int) -> list[str]:
    places = _read_places(config)
    source = config.outlier_source
    if source in places:
        lines = [f'others = read({places[source]}, "t10k")']
    else:
        lines = [*_DIGITS.strip().splitlines(), "others = images[every_fifth]"]
    if (there := DATASETS[source].shape) != (here := config.shape):
        how = 'mode="area"' if there > here else 'mode="bicubic", antialias=True'
        lines += [
            f"others = others.view(-1, 1, {there[0]}, {there[1]})",
            f"others = F.interpolate(others, {here}, {how}).clamp(0, 1).flatten(1)",
        ]
    return [
        *lines,
        f"places = np.random.default_rng(1).permutation(len(train))[:{count}]",
        f"train[places] = others[np.random.default_rng(2).permutation(len(others))[:{count}]]",
    ]


# -- what is not published but made --------------------------------------------------


def _one_hot(config: RunConfig) -> list[str]:
    return [f"train = test = torch.eye({config.length})  # all vectors with a single 1"]


def _noise(config: RunConfig) -> list[str]:
    count, n = NOISE_TRAIN + NOISE_TEST, config.pixels
    drawn = {
        "uniform": f"source.random(({count}, {n}), np.float32)",
        "gaussian": f"source.normal({GAUSSIAN_MEAN}, {GAUSSIAN_SD}, ({count}, {n})).clip(0, 1)",
    }[config.distribution]
    return [
        "source = np.random.default_rng(4)\n"
        f"pixels = torch.tensor({drawn}, dtype=torch.float32)\n"
        f"train, test = pixels[:{NOISE_TRAIN}], pixels[{NOISE_TRAIN}:]"
    ]


def _patches(config: RunConfig) -> list[str]:
    size, source = config.size, config.patch_source
    least = LEAST_SPREAD_IN_PHOTOS if source == "photos" else LEAST_SPREAD_IN_IMAGES
    cut = f'''
def cut(pictures, columns, count):
    """Return patches from random places, blank ones left out, one a row."""
    windows = np.lib.stride_tricks.sliding_window_view(pictures, ({size}, {size}), axis=(1, 2))
    patches = np.empty((0, {size * size}))
    while len(patches) < count:
        which, top = (source.integers(k, size=count) for k in windows.shape[:2])
        found = windows[which, top, source.choice(columns, count)].reshape(count, -1)
        patches = np.concatenate([patches, found[found.std(1) >= {least}]])
    return patches[:count]
'''
    made = _FROM[source](config)
    lines = ["source = np.random.default_rng(5)"]
    lines += [f"train = cut(*for_training, {TRAIN})", f"test = cut(*for_testing, {TEST})"]
    if config.mean_removal:
        lines += ["train, test = (rows - rows.mean(1, keepdims=True) for rows in (train, test))"]
    if config.whitening:
        lines += [
            "centre = train.mean(0)",
            "variances, axes = np.linalg.eigh(np.cov(train.T, bias=True))",
            f"zca = axes / np.sqrt(variances.clip(min=0) + {ZCA_EPSILON}) @ axes.T",
            "train, test = ((rows - centre) @ zca for rows in (train, test))",
        ]
    lines += ["train, test = (torch.tensor(rows, dtype=torch.float32) for rows in (train, test))"]
    *functions, arrays = made
    return [*functions, cut, "\n".join([arrays, *lines])]


def _from_photos(config: RunConfig) -> list[str]:
    size = config.size
    return [
        "grey = np.stack(load_sample_images().images) @ [0.299, 0.587, 0.114] / 255\n"
        f"left = np.arange(grey.shape[2] - {size} + 1)  # no pixel is in both splits\n"
        f"start, end = left % {STRIP}, left % {STRIP} + {size}\n"
        f"for_training = grey, left[end <= {STRIP_TRAIN}]\n"
        f"for_testing = grey, left[(start >= {STRIP_TRAIN}) & (end <= {STRIP})]"
    ]


def _from_images(config: RunConfig) -> list[str]:
    source = config.patch_source
    height, width = DATASETS[source].shape
    columns = f"np.arange({width - config.size + 1})"
    if source == "digits":
        functions, before = [], _DIGITS.strip().splitlines()
        sets = "images[~every_fifth]", "images[every_fifth]"
    else:
        functions, before = [_READ % (height * width)], []
        sets = 'read(sys.argv[1], "train")', 'read(sys.argv[1], "t10k")'
    lines = [
        f"{name} = {images}.view(-1, {height}, {width}).numpy(), {columns}"
        for name, images in zip(("for_training", "for_testing"), sets, strict=True)
    ]
    return [*functions, "\n".join([*before, *lines])]


_FROM: dict[str, Callable[[RunConfig], list[str]]] = {
    "photos": _from_photos,
    "digits": _from_images,
    "mnist": _from_images,
    "fashion-mnist": _from_images,
}
_MADE: dict[str, Callable[[RunConfig], list[str]]] = {
    "one-hot": _one_hot,
    "noise": _noise,
    "patches": _patches,
}
