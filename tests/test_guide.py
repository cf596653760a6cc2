"""The guide explains everything that there is, and what it says can be shown."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from aecore import language
from aecore.activation_maximisation import LIMITS
from aecore.activations import ACTIVATIONS
from aecore.agreement import COMBINATIONS
from aecore.architectures import ARCHITECTURES
from aecore.code_quality import MEASURES as QUALITY
from aecore.codes import CODES
from aecore.compression import FORMATS
from aecore.config import FIELDS
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.detectors import DETECTORS
from aecore.diagnostics import DIAGNOSTICS
from aecore.ensembles import ENSEMBLES
from aecore.experiments.registry import EXPERIMENTS
from aecore.filters import ORDERS
from aecore.guide import Entry, found
from aecore.guide.entries import slug
from aecore.guide.written import parts, terms
from aecore.measures import MEASURES
from aecore.objectives import LOSSES, PENALTIES
from aecore.projections import PROJECTIONS
from aecore.reconstruction import CHOICES as WAYS
from aecore.scores import SCORES
from aecore.settings import PRETRAININGS
from aecore.strangers import STRANGERS
from aecore.variants import VARIANTS
from ui.address import PARAMETERS
from ui.choices import CHOICES
from ui.guide.sections import SECTIONS, entries
from ui.guide.writing import contents, written
from ui.navigation import PAGES
from ui.panels import PANELS
from ui.sections import SECTIONS as MORE_OF_ANOMALIES
from ui.views.filters import FILTER_KINDS
from ui.views.templates import LABEL as TEMPLATES

ROOT = Path(__file__).parents[1]

EXPLAINED = {
    "setting": FIELDS,
    "kind": VARIANTS,
    "architecture": ARCHITECTURES,
    "code": CODES,
    "pretraining": PRETRAININGS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "penalty": PENALTIES,
    "noise": CORRUPTIONS,
    "data": DATASETS,
    "measure": MEASURES,
    "diagnostic": DIAGNOSTICS,
    "quality": QUALITY,
    "score": SCORES,
    "detector": DETECTORS,
    "networks": ENSEMBLES,
    "together": COMBINATIONS,
    "stranger": STRANGERS,
    "layout": PROJECTIONS,
    "images": WAYS,
    "order": ORDERS,
    "pixels": LIMITS,
    "format": FORMATS,
    "experiment": EXPERIMENTS,
    "choice": CHOICES,
    "parameter": PARAMETERS.keys() - CHOICES.keys(),
}
"""Registries, by what the ids of their entries begin with."""

WITH_FORMULA = (
    *("activation", "loss", "penalty", "noise", "code", "architecture", "diagnostic", "quality"),
    *("score", "detector", "together", "layout"),
)


@pytest.fixture(scope="module")
def everything() -> dict[str, Entry]:
    return {entry.id: entry for name in SECTIONS for entry in entries(name)}


@pytest.mark.parametrize("kind", EXPLAINED)
def test_every_entry_of_every_registry_is_explained(
    everything: dict[str, Entry], kind: str
) -> None:
    for name in EXPLAINED[kind]:
        entry = everything[slug(kind, name)]
        assert entry.title
        assert is_a_sentence(entry.text), entry
        assert entry.formula or kind not in WITH_FORMULA, entry


def is_a_sentence(text: str) -> bool:
    return bool(re.search(r"\w{2}", text)) and text.rstrip("`)*")[-1] in ".:!?"


def test_every_choice_of_every_setting_is_explained(everything: dict[str, Entry]) -> None:
    for name, field in FIELDS.items():
        assert field.explained.keys() == field.choices.keys(), name
        assert all(map(is_a_sentence, field.explained.values())), name
        shown = everything[slug("setting", name)].choices
        assert [label for label, _ in shown] == list(field.choices.values())


def test_settings_have_their_range_and_their_defaults(everything: dict[str, Entry]) -> None:
    bottleneck = everything["setting-bottleneck"].facts
    assert bottleneck[0] == "From 1 to 1024."
    assert "Default 16." in bottleneck[1]
    assert "Digits: 8" in bottleneck[1]
    assert "Patches: 100" in bottleneck[1]
    assert everything["setting-kl-sparsity"].formula == PENALTIES["kl_sparsity"].formula
    assert "Needs noise." in everything["setting-noise-level"].facts
    for projection in PROJECTIONS.values():
        for knob in projection.knobs:
            fact = everything[slug("layout", projection.name, knob.name)].facts[0]
            assert str(knob.default) in fact


def test_every_page_is_explained_and_every_part_has_one() -> None:
    pages = {page.address for page in PAGES}
    assert {part["page"] for part in parts()} == pages | {"everywhere"}
    assert all(is_a_sentence(part["text"]) for part in parts())


# -- what stands on pages --------------------------------------------------------------

OVER_PICTURES = {"heading", "row", "Row"}
CONTROLS = {
    *("button", "download_button", "file_uploader", "multiselect", "number_input", "pills"),
    *("popover", "segmented_control", "select_slider", "selectbox", "slider", "text_area"),
    *("text_input", "toggle"),
}
NOT_OURS = {"{}", ""}


def _template(node: ast.expr) -> str | None:
    """Return a literal text as it stands in code, with {} for what is put in."""
    if isinstance(node, ast.Constant):
        return re.sub(r"\{[^{}]*\}", "{}", str(node.value))
    if isinstance(node, ast.JoinedStr):
        values = (v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
        return "".join(map(str, values))
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in ("_", "counted"):
        return _template(node.args[0])
    return None


def _texts(node: ast.expr) -> set[str]:
    """Return all texts that an argument can be."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    found = _template(node)
    return {found} - NOT_OURS if found is not None else set()


def said_on_pages(functions: set[str]) -> dict[str, str]:
    """Return the first arguments of calls, with the file where each stands."""
    found = {}
    for path in sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]):
        tree = ast.parse(path.read_text("utf-8"))
        named = functions & _drawing(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                control = isinstance(node.func, ast.Attribute) and node.func.attr in functions
                if control or getattr(node.func, "id", "") in named:
                    found |= dict.fromkeys(_texts(node.args[0]), str(path.relative_to(ROOT)))
    return found


def _drawing(tree: ast.Module) -> set[str]:
    """Return what a file has from `ui.pictures`: others may call theirs the same."""
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "ui.pictures"
        for alias in node.names
    }


def covered() -> set[str]:
    return {text for part in parts() for text in (part["title"], *part.get("covers", ()))}


@pytest.mark.parametrize("functions", [OVER_PICTURES, CONTROLS], ids=["pictures", "controls"])
def test_what_has_a_heading_or_a_label_on_a_page_is_explained(functions: set[str]) -> None:
    known = covered() | {choice.label for choice in CHOICES.values()}
    missing = {text: path for text, path in said_on_pages(functions).items() if text not in known}
    assert not missing, "assets/guide/pages.toml explains none of these"


def test_what_files_explain_is_there() -> None:
    """Texts in ``covers`` are those of the code, so that none is left when it is renamed."""
    there = said_on_pages(OVER_PICTURES | CONTROLS).keys() | _labels_elsewhere()
    gone = {text for part in parts() for text in part.get("covers", ()) if text not in there}
    assert not gone


def _labels_elsewhere() -> set[str]:
    """Return all texts in the pages' code: some labels are chosen before they are drawn."""
    return {
        text
        for path in [*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr) and (text := _template(node)) is not None
    }


def test_what_pages_show_one_of_at_a_time_is_explained() -> None:
    titles = covered()
    assert {section.label for section in MORE_OF_ANOMALIES.values()} <= titles
    assert {panel.title for panel in PANELS.values()} <= titles
    assert {kind.label for kind in FILTER_KINDS.values()} | {TEMPLATES} <= titles


# -- formulas --------------------------------------------------------------------------

KNOWN = set(
    re.findall(
        r"\w+",
        """
    Bigl Bigr Delta Lambda Omega Rightarrow Vert approx arg bar begin beta bigl bigr cos end
    epsilon eta exp frac ge hat in infty lVert lambda langle ldots le left leftarrow ln log
    mathbb mathcal mathrm max mid min mu nabla ne notin odot partial propto qquad quad rVert
    rangle rho right sigma sim sqrt sum tanh tfrac theta tilde to top varepsilon
        """,
    )
)
"""Commands that KaTeX has."""


def formulas() -> list[tuple[str, str]]:
    found = [(entry.id, entry.formula) for name in SECTIONS for entry in entries(name)]
    for section in SECTIONS.values():
        found += [(section.name, part) for part in re.findall(r"\$([^$]+)\$", section.intro)]
    return [(name, formula) for name, formula in found if formula]


def test_formulas_can_be_read() -> None:
    assert len(formulas()) > 100
    for name, formula in formulas():
        bare = re.sub(r"\\[{}|]", "", formula)
        depth = 0
        for character in bare:
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth >= 0, name
        assert depth == 0, name
        unknown = set(re.findall(r"\\([A-Za-z]+)", formula)) - KNOWN
        assert not unknown, (name, unknown)
        for opening, closing in (("left", "right"), ("bigl", "bigr"), ("Bigl", "Bigr")):
            count = len(re.findall(rf"\\{opening}(?![a-z])", formula))
            assert count == len(re.findall(rf"\\{closing}(?![a-z])", formula)), name
        assert re.findall(r"\\begin\{(\w+)\}", formula) == re.findall(r"\\end\{(\w+)\}", formula)
        assert formula.isascii(), name


# -- glossary --------------------------------------------------------------------------


def test_the_glossary_is_in_order_and_points_at_its_own_terms() -> None:
    names = [entry["term"] for entry in terms()]
    assert len(names) >= 40
    assert names == sorted(names, key=str.casefold)
    assert len({slug(name) for name in names}) == len(names)
    for entry in terms():
        assert set(entry) <= {"term", "text", "formula", "also"}
        assert set(entry.get("also", ())) <= set(names) - {entry["term"]}, entry["term"]
        assert is_a_sentence(entry["text"])
        assert len(re.findall(r"[.!?](?= [A-Z]|$)", entry["text"])) <= 3, entry["term"]


# -- ids, search, Markdown -------------------------------------------------------------


def test_ids_are_unique() -> None:
    ids = [entry.id for name in SECTIONS for entry in entries(name)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9-]+", each) for each in ids)


def test_search_puts_names_first(everything: dict[str, Entry]) -> None:
    def first(words: str) -> str:
        return found(everything.values(), words)[0].id

    assert first("bottleneck size") == "setting-bottleneck"
    assert first("learning_rate") == first("LEARNING RATE") == "setting-learning-rate"
    assert first("k-nearest") == "term-k-nearest-neighbours-k-nn"
    assert first("jacob") == "term-jacobian"


def test_search_needs_all_words_and_takes_parts_of_them() -> None:
    one = Entry("a", "Émile’s code", "Numbers of a picture.", choices=(("Thin", "Few of them."),))
    two = Entry("b", "Other", "Codes.", name="one_two")
    assert found([one, two], "code") == [one, two]
    assert found([one, two], "emile pict") == [one]
    assert found([one, two], "THIN few") == [one]
    assert found([one, two], "one two") == [two]
    assert found([one, two], "code nothing") == []
    assert found([one, two], "  ") == []


def test_markdown_of_entries() -> None:
    one = Entry(
        "one", "One", "Said.", "x^2", "uno", "Group", ("Fact.",), (("A", "B."),), ("two", "three")
    )
    two = Entry("two", "Two", "Said too.", group="Group")
    text = written([one, two], {"two": "Two"})
    assert text.count("### Group\n") == 1
    assert '<span id="one"></span>' in text
    assert "#### One `uno`" in text
    assert "$$\nx^2\n$$" in text
    assert "- **A**: B." in text
    assert "See also [Two](#two)." in text
    assert contents([one, two]) == "**Group**\n\n[One](#one)  \n[Two](#two)"


def test_entries_are_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_wanted", lambda: "zh")
    monkeypatch.setattr(
        language, "_catalogue", lambda name: {"Bottleneck size": "瓶颈"} if name == "zh" else {}
    )
    made = SECTIONS["settings"].entries()
    assert "瓶颈" in [entry.title for entry in made]
    assert found(made, "瓶颈")[0].id == "setting-bottleneck"
