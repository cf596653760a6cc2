"""Choices of the Anomalies page."""

from __future__ import annotations

from ui.page_choices import writing
from ui.page_choices.choice import Choice, Entries, described


def _scores() -> Entries:
    from aecore.scores import SCORES

    return described(SCORES)


ANOMALIES = (
    Choice(
        "score",
        "anomalies",
        "Score",
        "By what images are ranked.",
        "mean",
        key="anomalies.score",
        entries=_scores,
    ),
    Choice(
        "networks",
        "anomalies",
        "Networks",
        "Several networks judge together: other random starts, or other bottleneck sizes.",
        "one",
        "box",
        key="anomalies.networks",
    ),
    Choice(
        "together",
        "anomalies",
        "Together",
        "How the scores of several networks become one. Where sizes differ, each "
        "network’s scores are divided by their mean first.",
        "mean",
        "box",
        key="anomalies.together",
    ),
    Choice(
        "strangers",
        "anomalies",
        "Strangers among the test images",
        "Images that do not belong: the network has never seen their like.",
        control="pills",
        key="anomalies.strangers",
    ),
    Choice(
        "end",
        "anomalies",
        "Show first",
        "The least anomalous are those that the network finds easiest; a stranger "
        "among them is an anomaly that is too easy.",
        "most",
        key="anomalies.end",
    ),
    Choice(
        "ranked",
        "anomalies",
        "Images",
        "How many images to show.",
        24,
        "slider",
        key="anomalies.most",
    ),
    Choice(
        "image",
        "anomalies",
        "Picked image",
        "The image that is looked at closely, by its number.",
        control="whole number",
        key="anomalies.gallery",
    ),
    Choice(
        "threshold",
        "anomalies",
        "Threshold: test images above it",
        "What scores higher is called an anomaly. The test images count as ordinary, so "
        "that those above the threshold are false alarms; 1 % of them to begin with.",
        0.01,
        "slider",
        key="anomalies.share",
        write=writing.percent,
    ),
    Choice(
        "section",
        "anomalies",
        "More about this ranking",
        "What else there is to know about the ranking.",
        key="anomalies.section",
    ),
)
