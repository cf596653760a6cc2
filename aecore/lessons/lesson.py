"""A chapter of the course as data: what is told, guessed at, run, measured and looked at.

`aecore.lessons.course.course` returns the chapters, `aecore.lessons.measuring` measures them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aecore.config import RunConfig
from aecore.experiments.claims import Values, Verdict
from aecore.experiments.experiment import Experiment
from aecore.language import text as _

MOST_RUNS = 7
"""Runs of a lesson: as many as one press can train."""

VIEWS = ("rows", "curves", "settings", "measures", "codes", "filters", "anomalies", "figure")
"""What a lesson can show of its runs; ``figure`` is a picture that an analysis drew."""

PAGES = (
    *("train", "lessons", "compare", "sweep", "reconstructions", "latent_space", "filters"),
    *("anomalies", "compression", "own_images", "guide", "links"),
)
"""Addresses of pages that a lesson can send on to."""

CLOSE = 0.1
"""Share of a slider's range by which a guess may miss and still be right."""

EXTREMES = {"largest": max, "smallest": min}
"""How the right option follows from what was measured."""

Guess: TypeAlias = str | float


@dataclass(frozen=True)
class Judgement:
    """A guess beside what was measured.

    Attributes
    ----------
    right : bool
    answer : str or float
        The right option, or the measured number in the unit of the slider.
    ratio : float or None
        The guess over the measured number; None for a choice, or where that is 0.
    """

    right: bool
    answer: Guess
    ratio: float | None = None


@dataclass(frozen=True)
class Prediction:
    """What is guessed before anything is run.

    Attributes
    ----------
    question : str
    kind : {"choice", "number"}
    options : tuple of str
        Of a choice.
    values : tuple of str
        Names of measured values. Of a choice: in the order of the options, or none where the
        answer is fixed. Of a number: the value itself, or two of which the first is divided by
        the second.
    answer : str
        Of a choice: "largest" or "smallest" of the values; without values an option. Else empty.
    low, high, step : float
        Of the slider for a number, in its unit.
    unit : str
        "%" stands for shares: what is measured as 0.9 is guessed and revealed as 90.
    explanation : str
        Shown with the reveal, Markdown.
    """

    question: str
    kind: Literal["choice", "number"]
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    answer: str = ""
    low: float = 0.0
    high: float = 1.0
    step: float = 0.1
    unit: str = ""
    explanation: str = ""

    def reveal(self, values: Values) -> Guess | None:
        """Return the right option or the measured number; None where it was not measured.

        Parameters
        ----------
        values : mapping of str to float
            What was measured, by name.
        """
        if self.kind == "choice" and not self.values:
            return self.answer
        found = [values.get(name, math.nan) for name in self.values]
        if not all(map(math.isfinite, found)):
            return None
        if self.kind == "choice":
            return self.options[found.index(EXTREMES[self.answer](found))]
        if len(found) == 2 and not found[1]:
            return None
        number = found[0] / found[1] if len(found) == 2 else found[0]
        return 100 * number if self.unit == "%" else number

    def judged(self, guess: Guess, values: Values) -> Judgement | None:
        """Return whether a guess was right, or by how much it was off; None if not measured.

        Parameters
        ----------
        guess : str or float
            One of the options, or a number in the unit of the slider.
        values : mapping of str to float
        """
        answer = self.reveal(values)
        if answer is None:
            return None
        if isinstance(answer, str) or isinstance(guess, str):
            return Judgement(guess == answer, answer)
        # a measured number beyond the slider's end is met by that end
        miss = abs(guess - min(max(answer, self.low), self.high))
        right = miss <= max(self.step / 2, CLOSE * (self.high - self.low)) + 1e-12
        return Judgement(right, answer, guess / answer if answer else None)


@dataclass(frozen=True)
class ViewChoice:
    """One thing to look at: a key of `VIEWS`, of some of the runs.

    Attributes
    ----------
    name : str
    runs : tuple of str
        Names of the experiment's runs; all of them unless the file says which.
    caption : str
        Markdown.
    figure : str
        Which picture of the analyses, where the name is "figure": a key of
        `aecore.lessons.measuring.figures`.
    """

    name: str
    runs: tuple[str, ...]
    caption: str
    figure: str = ""


@dataclass(frozen=True)
class TryNext:
    """Something to try on an ordinary page.

    Attributes
    ----------
    text : str
        Markdown.
    page : str
        One of `PAGES`.
    settings : mapping of str to str
        As an address has them, the data set's own defaults left out.
    """

    text: str
    page: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Lesson:
    """A chapter.

    Attributes
    ----------
    slug : str
        Its name in addresses.
    number : int
        Its place in the course.
    title : str
    minutes : int
        About how long it takes in class.
    idea : str
        Markdown with formulas between dollar signs.
    formula : str
        LaTeX, or empty.
    prediction : Prediction
    experiment : Experiment
        Its runs by name are ``experiment.configs("usual", 0)``; what was published is
        ``experiment.claims``, to be compared with `verdicts`.
    names : mapping of str to str
        What each run is called on the page, by its name in the experiment.
    views : tuple of ViewChoice
    notice, try_next : tuple
        Sentences in Markdown; and where to go on.
    source : str
        Where the numbers were published.
    budget_note : str
        What is shorter than in the source, or what else differs; may be empty.
    file : str
        Name of its file.
    """

    slug: str
    number: int
    title: str
    minutes: int
    idea: str
    formula: str
    prediction: Prediction
    experiment: Experiment
    names: Mapping[str, str]
    views: tuple[ViewChoice, ...]
    notice: tuple[str, ...]
    try_next: tuple[TryNext, ...]
    source: str = ""
    budget_note: str = ""
    file: str = ""

    @property
    def instead_of(self) -> str:
        """The data set that it is about, where another one takes its place; else empty.

        Nothing is judged then.
        """
        return self.experiment.instead_of

    def configs(self) -> dict[str, RunConfig]:
        """Return the settings of its runs by name."""
        return self.experiment.configs("usual", 0)

    def shortened(self) -> str:
        """Return what is shorter than published, in words read from the settings, or nothing."""
        return self.experiment.shortened("usual", self.names)

    def verdicts(self, values: Values) -> list[Verdict]:
        """Return what was published beside what was measured.

        Parameters
        ----------
        values : mapping of str to float

        Returns
        -------
        list of Verdict
            One for each claim, with the word "other data" where the images are not those that
            the source is about.
        """
        return self.experiment.verdicts("usual", [values])


@dataclass(frozen=True)
class LessonError:
    """A file that is no lesson (or no translation of one), and why.

    Attributes
    ----------
    file : str
        As it is called in its folder.
    line : int
        From 1.
    sentence : str
        What is wrong, for a person.
    """

    file: str
    line: int
    sentence: str

    @property
    def slug(self) -> str:
        """The short name that the lesson would have, if its file is named as it should."""
        return self.file.partition("-")[2].removesuffix(".toml")

    def __str__(self) -> str:
        return _(
            "{file}, line {line}: {sentence}",
            file=self.file,
            line=self.line,
            sentence=self.sentence,
        )
