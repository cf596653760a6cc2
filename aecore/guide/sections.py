"""The sections of the guide that the library can write itself."""

from __future__ import annotations

from aecore.guide.entries import Section
from aecore.guide.experiments import experiments
from aecore.guide.looking import layouts, numbers, oddness
from aecore.guide.networks import corruptions, datasets, functions, networks
from aecore.guide.settings import settings
from aecore.guide.written import glossary

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        Section(
            "settings",
            "Settings",
            "All that decides what a run computes: the controls of the sidebar. Behind each stands "
            "what addresses and the command line call it.",
            settings,
        ),
        Section(
            "networks",
            "Networks",
            "An image $x$ of $n$ pixels goes in. The encoder makes weighted sums $z$ of it, and of "
            "these a code $h$ of $q$ numbers; the decoder makes a reconstruction $\\hat{x}$ of the "
            "code. $W$ are weights and $b$ biases, which training adjusts; $f$ and $g$ are "
            "activation functions.",
            networks,
        ),
        Section(
            "functions",
            "Losses and functions",
            "Training makes the loss $L$ small, which is summed over the $n$ pixels of an image "
            "$x$ and averaged over a batch; penalties are added to it. What charts and tables show "
            "is divided by $n$: the mean per pixel. $h$ is the code, of $q$ numbers.",
            functions,
        ),
        Section(
            "noise",
            "Noise",
            "What is done to an image $x$ before the network sees it as $\\tilde{x}$. $p$ is the "
            "level, $u_j$ is drawn for every pixel $j$, $B$ is a block of pixels; $S$ shrinks the "
            "rows ($h$) or columns ($w$) of a picture and $E$ enlarges them again. New noise is "
            "drawn each time an image is seen.",
            corruptions,
        ),
        Section(
            "data",
            "Data sets",
            "The images to learn from. The network never sees the test images while it learns: "
            "what it does with them is what it has understood.",
            datasets,
        ),
        Section(
            "numbers",
            "Numbers",
            "What is measured, with its unit and its split. $m$ is a number of images, $M$ that of "
            "test images; $y$ are classes and $\\hat{y}$ guessed ones, $y_{(k)}$ that of the k-th "
            "nearest image; $[\\ldots]$ is 1 where it is true and 0 elsewhere. $R$ counts pairs of "
            "images that two groupings agree on, $\\mathbb{E}[R]$ as many as would by chance. $Q$ "
            "and $V$ span what decoder and PCA can draw; $s_k$ is a singular value.",
            numbers,
        ),
        Section(
            "oddness",
            "Odd images",
            "How images that do not belong are found: each gets a score, larger for the odder. "
            "$x_{(k)}$ and $h_{(k)}$ are the k-th nearest training image and code, $V$ the "
            "principal components, $\\bar{d}$ the mean number of cuts and $c$ how many are usual.",
            oddness,
        ),
        Section(
            "layouts",
            "Maps and orders",
            "How many things are brought into a picture or an order. $p_{ij}$ says how near two "
            "codes are, $q_{ij}$ or $w_{ij}$ how near their points on the map.",
            layouts,
        ),
        Section(
            "experiments",
            "Experiments",
            "Published experiments that this explorer can run again: the lessons are made of them, "
            "and `python -m aecore reproduce` runs them all.",
            experiments,
        ),
        Section(
            "glossary",
            "Glossary",
            "The words of the field, in one to three sentences each.",
            glossary,
        ),
    )
}
"""The sections by name, in the order in which they are offered."""
