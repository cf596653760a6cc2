"""The templates of a linear classifier: what is to be seen of a data set without hidden layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from aecore import images, templates
from aecore.language import marked
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.templates import Templates
from aecore.unit_profiles import BEHAVIOURS, answers, class_means
from aecore.wording import percentage, sentences, short
from ui.jobs import Job
from ui.pictures import Tile, source
from ui.server import server
from ui.views.answers import Detail, audience, by_class, extremes, large
from ui.views.frame import Frame, cached, class_names, name_of_class

LABEL = marked("Linear classifier")
HELP = marked("What a classifier without hidden layers looks for, one picture a class.")
WHY = marked(
    "A linear softmax classifier is fitted to the training images and their classes. That takes "
    "a few seconds, and is done once for all who look at this data set."
)


def found(frame: Frame) -> Templates | None:
    """Return the classifier, once it was fitted to the data set."""
    return templates.kept(server().environment.home, frame.data.fingerprint)


def job(frame: Frame) -> Job:
    """Return the job that fits it."""
    return Job(
        f"templates/{frame.data.fingerprint}",
        _("Linear classifier of {label}", label=_(frame.data.spec.label)),
        templates.find,
        {
            "home": str(server().environment.home),
            "dataset": frame.data.name,
            "options": dict(frame.config.data_options),
        },
    )


@dataclass(frozen=True)
class TemplateView:
    """The templates as tiles, one a class, and how good the classifier is."""

    labels: tuple[int, ...]
    tiles: list[Tile]
    hint: str
    summary: str


@cached(8)
def template_view(frame: Frame) -> TemplateView:
    """Return the templates as pictures; the classifier must have been fitted."""
    classifier = _fitted(frame)
    things = _(frame.data.spec.things)
    names = [name_of_class(frame.data, k) for k in classifier.labels]
    limit = float(np.abs(classifier.weights).max()) or 1.0
    pictures = images.signed(classifier.weights.reshape(-1, *frame.data.shape), limit)
    return TemplateView(
        labels=classifier.labels,
        tiles=[
            Tile(source(picture[None], 1), name, _("Template of class {name}", name=name))
            for picture, name in zip(pictures, names, strict=True)
        ],
        hint=_(
            "Its weights from the pixels to each class. Red speaks for the class, blue "
            "against it; strongest colour ±{limit}.",
            limit=short(limit),
        ),
        summary=_(
            "Without any hidden layer, fitted to {train:,} training {things} and their "
            "classes, it names **{accuracy}** of {test:,} test {things} rightly. Each "
            "template looks somewhat like its class; a class that comes in two forms, such "
            "as things that face left or right, looks double.",
            train=classifier.train,
            things=things,
            accuracy=percentage(classifier.accuracy),
            test=classifier.test,
        ),
    )


@cached(48)
def template_detail(frame: Frame, label: int, own: OwnImages) -> Detail:
    """Return which images a template speaks for and against, as `unit_detail` of a unit."""
    classifier, seen = _fitted(frame), audience(frame, own)
    which = classifier.labels.index(label)
    scores = classifier.scores(seen.rows.numpy())[:, which]
    of_class = name_of_class(frame.data, label)
    means = class_means(scores[: seen.tested], seen.labels)
    weights = torch.from_numpy(classifier.weights[which]).view(frame.data.shape)
    figure, heading, hint = by_class(
        frame, seen, scores, _("score for class {name}", name=of_class)
    )
    return Detail(
        title=_("Template of class {name}", name=of_class),
        hint=_(
            "linear classifier, over {tested:,} test {things}",
            tested=seen.tested,
            things=_(frame.data.spec.things),
        ),
        words=sentences(
            [
                _(
                    "The score of a class is the sum of pixels times template, plus a bias; the "
                    "class with the largest score is the answer."
                ),
                answers(_("This score"), means, class_names(frame.data), two_sided=True),
            ]
        ),
        pictures=[large(weights, float(np.abs(classifier.weights).max()), _("Template"))],
        groups=extremes(
            frame,
            seen,
            scores,
            np.argsort(-scores, kind="stable").tolist(),
            BEHAVIOURS["identity"],
            (_("Highest scores"), _("Lowest scores")),
        ),
        chart=figure,
        chart_label=heading,
        chart_hint=hint,
    )


def _fitted(frame: Frame) -> Templates:
    classifier = found(frame)
    assert classifier is not None
    return classifier
