"""The lessons: files that teachers write. Those that come with the app, and broken ones."""

import inspect
import os
import pickle
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aecore import datasets
from aecore.__main__ import main
from aecore.engine import Engine
from aecore.experiments.analyses import ANALYSES
from aecore.experiments.claims import Rising, Within
from aecore.experiments.described import ARGUMENTS, DESCRIBED
from aecore.experiments.reproduction import Reproduction
from aecore.language import LANGUAGES
from aecore.lessons import course as course_module
from aecore.lessons import measuring
from aecore.lessons.course import SHIPPED, course
from aecore.lessons.keys import MOST_BYTES, MOST_FILES, PARTS
from aecore.lessons.lesson import MOST_RUNS, PAGES, VIEWS, Lesson, LessonError, Prediction
from aecore.lessons.reading import read_lesson
from aecore.lessons.translating import names_of, untranslated
from aecore.runs import RunError
from aecore.workers import Processes
from ui.groups import MOST_RUNS as MOST_OF_A_GROUP
from ui.shell import PAGES as PAGES_THERE

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(SHIPPED.glob("*.toml"))
TRANSLATIONS = sorted(SHIPPED.glob("*/*.toml"))
OTHERS = [name for name in LANGUAGES if name != "en"]

SMALL = """
title = "Small"
minutes = 3
source = "Nobody 1999"
dataset = "digits"
formula = '\\rho'
idea = "An *idea* with $x$."
budget_note = "Brief."
notice = ["One.", "Two."]

[settings]
subset = 200
epochs = 1
batch_size = 32
loss = "mse"

[full]
epochs = 2

[runs.one]
bottleneck = 2

[runs."q = 4"]
bottleneck = 4

[[measures]]
analysis = "errors"

[[measures]]
analysis = "units"
runs = ["one"]
arguments = { most = 4 }

[prediction]
question = "Whose error is smaller?"
kind = "choice"
options = ["Two", "Four"]
values = ["one MSE", "q = 4 MSE"]
answer = "smallest"
explanation = "More numbers."

[[published]]
what = "error"
published = "low"
why = "any"
within = { value = "one MSE", low = 0.0, high = 1.0 }

[[published]]
what = "order"
published = "falls"
why = "any"
rising = ["q = 4 MSE", "one MSE"]

[[views]]
name = "rows"
caption = "Rows."

[[views]]
name = "figure"
figure = "filters-one"
caption = "Filters."

[[try_next]]
text = "More."
page = "train"
settings = { bottleneck = 12 }
"""
NAME = "07-small.toml"


def read(text, translation=None, name=NAME):
    content = text.encode() if isinstance(text, str) else text
    return read_lesson(name, content, translation and translation.encode())


pytestmark = pytest.mark.usefixtures("one_thread")


# -- the lessons that come with the app -------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("here", [True, False], ids=["with data", "without"])
def test_every_lesson_of_ours_is_in_order(path, here, monkeypatch):
    if here:
        monkeypatch.setattr(datasets, "missing", lambda name, options=None: None)
    lesson = read_lesson(path.name, path.read_bytes())
    assert isinstance(lesson, Lesson), lesson
    assert 1 <= len(lesson.configs()) <= MOST_RUNS
    assert 40 <= len(re.findall(r"\w+", lesson.idea)) <= 190
    assert lesson.formula and lesson.source and lesson.experiment.claims
    assert lesson.prediction.explanation
    assert 2 <= len(lesson.views) <= 4
    assert 2 <= len(lesson.notice) <= 4
    assert 2 <= len(lesson.try_next) <= 3
    if here:
        assert not lesson.instead_of
        assert [lesson.experiment.missing()] == [None]
    else:  # whoever has no data but what comes with the app has a course all the same
        assert lesson.experiment.missing() is None
        assert (lesson.instead_of == "mnist") == ("instead" in path.read_text("utf-8"))


def test_the_course_is_a_course():
    lessons = course()
    assert [lesson.number for lesson in lessons] == list(range(1, len(FILES) + 1))
    assert 8 <= len(lessons) <= 12
    assert len({lesson.slug for lesson in lessons}) == len(lessons)


def test_what_lessons_can_name_is_there():
    from ui.comparisons import COMPARISONS

    assert {*VIEWS} == {*COMPARISONS, "figure"}
    assert {*PAGES} == {page.address for page in PAGES_THERE}
    assert MOST_RUNS == MOST_OF_A_GROUP


@pytest.mark.parametrize("language", OTHERS)
def test_every_lesson_of_ours_has_a_translation_and_no_other(language):
    there = [path.name for path in TRANSLATIONS if path.parent.name == language]
    assert there == [path.name for path in FILES]
    assert {path.parent.name for path in TRANSLATIONS} <= {*OTHERS}


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: "-".join(path.parts[-2:]))
def test_every_translation_of_ours_is_in_order_and_whole(path):
    content = (SHIPPED / path.name).read_bytes()
    lesson = read_lesson(path.name, content, path.read_bytes())
    assert isinstance(lesson, Lesson), lesson
    assert not untranslated(content, path.read_bytes())


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: "-".join(path.parts[-2:]))
def test_translations_of_ours_keep_formulas_emphasis_and_paragraphs(path):
    values = tomllib.loads((SHIPPED / path.name).read_text("utf-8"))
    english = dict(texts(values | {"names": names_of(values)}))
    for place, said in texts(tomllib.loads(path.read_text("utf-8"))):
        for mark in (r"\$[^$]*\$", r"\*[^*]+\*", "`", r"\n\n"):
            found, there = (re.findall(mark, text) for text in (said, english[place]))
            assert len(found) == len(there), (place, mark)
            assert "$" not in mark or sorted(found) == sorted(there), place


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("zh/*.toml")), ids=lambda path: path.stem)
def test_chinese_has_its_own_punctuation_and_room_around_latin(path):
    chinese, latin = "[\u4e00-\u9fff]", "[A-Za-z0-9%$]"
    crowded = f"{chinese}{latin}|{latin}{chinese}"
    narrow = f"{chinese}\\*?[,.:;?!()]|[,.:;?!()]\\*?{chinese}"
    broken = f"{chinese}[，。：；]?\n{chinese}|[，。：；] | [，。：；]|您"
    for place, said in texts(tomllib.loads(path.read_text("utf-8"))):
        for wrong in (crowded, narrow, broken):
            assert not re.search(wrong, said), (place, re.search(wrong, said))


def texts(values, place=()):
    """Yield all texts of a file, each with its place."""
    if isinstance(values, str):
        yield place, values
        return
    entries = values.items() if isinstance(values, dict) else enumerate(values)
    for name, entry in entries:
        if isinstance(entry, str | dict | list):
            yield from texts(entry, (*place, name))


def test_the_readme_explains_every_key_analysis_argument_view_and_page():
    text = (SHIPPED / "README.md").read_text("utf-8")
    for part, keys in PARTS.items():
        for name, key in keys.items():
            if key.kind in PARTS and key.most > 1:
                assert f"`[[{name}]]`" in text
            elif key.kind in ("settings", "prediction", "runs"):
                assert f"[{name}" in text or f"`{name}`" in text
            else:
                assert re.search(rf"[`\s]{name}[`\s]", text), (part, name)
    for name in (*DESCRIBED, *ARGUMENTS, *VIEWS, *PAGES):
        assert f"`{name}`" in text


# -- what analyses are said to measure ----------------------------------------------------


def test_every_analysis_is_described_with_its_arguments():
    assert {*DESCRIBED} == {*ANALYSES}
    for name, described in DESCRIBED.items():
        _, *parameters = inspect.signature(ANALYSES[name]).parameters.values()
        assert [p.name for p in parameters] == [*described.arguments]
        needed = [p.name for p in parameters if p.default is p.empty]
        assert needed == [*described.needed]
        assert {*described.arguments} <= {*ARGUMENTS}
        for given_name, value in described.defaults.items():
            assert inspect.signature(ANALYSES[name]).parameters[given_name].default == value


# -- reading -------------------------------------------------------------------------------


def test_a_lesson_is_read_with_all_its_parts():
    lesson = read(SMALL)
    assert (lesson.slug, lesson.number, lesson.title, lesson.minutes) == ("small", 7, "Small", 3)
    assert (lesson.source, lesson.budget_note) == ("Nobody 1999", "Brief.")
    assert (lesson.formula, lesson.notice) == ("\\rho", ("One.", "Two."))
    configs = lesson.configs()
    assert {name: config.bottleneck for name, config in configs.items()} == {"one": 2, "q = 4": 4}
    assert {config.epochs for config in configs.values()} == {1}
    assert lesson.experiment.id == "lesson-small"
    assert lesson.shortened() == "1 epoch instead of 2"
    assert [claim.agrees for claim in lesson.experiment.claims] == [
        Within("one MSE", 0.0, 1.0), Rising(("q = 4 MSE", "one MSE")),
    ]  # fmt: skip
    assert [(view.name, view.runs) for view in lesson.views] == [
        ("rows", ("one", "q = 4")), ("figure", ("one", "q = 4")),
    ]  # fmt: skip
    (link,) = lesson.try_next
    assert (link.page, link.settings) == ("train", {"dataset": "digits", "bottleneck": "12"})
    assert pickle.loads(pickle.dumps(lesson)) == lesson


def line(text, part):
    return next(k for k, row in enumerate(text.splitlines(), 1) if part in row)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('title = "Small"', 'title = "Small', "A text that begins here has no quote"),
        ("minutes = 3", "minutes = three", "Behind “=” stands a text in straight quotes"),
        ("minutes = 3", "minutes 3", "A key is followed by “=”"),
        ("minutes = 3", "minutes = 3\nminutes = 4", "This is said twice."),
        ('[runs."q = 4"]', "[runs.q = 4]", "A name with anything but letters, digits"),
        ('"Small"', r'"$\q$"', "A backslash is written twice"),
        ('"Small"', r'"$\theta$"', "This text has a character that cannot be shown, behind “$”. A"),
        ("minutes = 3", "minutes = 3 4", "This is not TOML: Expected newline"),
        ("minutes = 3", 'minutes = "three"', "This must be a whole number, not “three”."),
        ("minutes = 3", "minutes = 300", "This must be between 1 and 90, not “300”."),
        ("minutes = 3", "minute = 3", "There is no “minute” here. Did you mean “minutes”?"),
        ("minutes = 3", "minutes = true", "This must be a whole number, not “True”."),
        ('"Small"', f'"{"x" * 81}"', "This text can have 80 characters at most, and it has 81."),
        ('"Small"', '" "', "This text is empty."),
        ('"Small"', r'"a\u0000b"', "This text has a character that cannot be shown, behind “a”"),
        ('"Brief."', '"![x](http://a.b/c.png)"', "A lesson's text can have no pictures"),
        ('"digits"', '"digit"', "Data set can be digits, mnist, fashion-mnist"),
        ('["One.", "Two."]', '"One."', "This must be a list, […], not “One.”."),
        ('["One.", "Two."]', '["One.", 2]', "This must be a text in quotes, not “2”."),
        ('loss = "mse"', 'los = "mse"', "There is no setting “los”. Did you mean loss?"),
        ('loss = "mse"', 'loss = "mze"', "Loss can be bce or mse, not “mze”."),
        ("batch_size = 32", "batch_size = 320", "Batch size cannot be more than the 200"),
        ("bottleneck = 4", "bottleneck = 0", "Bottleneck size must be between 1 and 1024"),
        ("bottleneck = 4", 'dataset = "mnist"', "The data set is said once, before all tables."),
        ("[full]\nepochs = 2", "[full]\nepochs = 0", "Epochs must be between 1 and 10,000"),
        ('"errors"', '"error"', "There is no analysis “error”. Did you mean “errors”?"),
        ('"errors"', '"nats"', "The analysis nats needs “run”."),
        ('"errors"', '"subspace"\nrun = "one"', "The analysis subspace needs a linear network"),
        ("most = 4", "most = 0", "This must be between 1 and 400, not “0”."),
        ("most = 4", "least = 4", "The analysis units takes no “least”."),
        ('runs = ["one"]', 'runs = ["two"]', "There is no run “two”."),
        ('"choice"', '"chioce"', "There is no kind of prediction “chioce”. It can be choice"),
        ('"Two", "Four"', '"Two", "Two"', "Two of the options are the same."),
        ('["one MSE", "q = 4 MSE"]', '["one MSE"]', "There must be one measured value for each"),
        ('["one MSE", "q', '["one MSE", "p', "There is no measured value “p = 4 MSE”. Did you"),
        ('"smallest"', '"least"', "There is no answer “least”. It can be largest"),
        ('value = "one MSE"', 'value = "one ‖J‖"', "There is no measured value “one ‖J‖”."),
        ("high = 1.0", "high = -1.0", "A range needs “low” or “high”, and the low end comes"),
        ("high = 1.0", "high = nan", "This must be between"),
        ("rising = [", "wihtin = 1\nrising = [", "There is no “wihtin” here. Did you mean “within"),
        ('name = "rows"', 'name = "row"', "There is no view “row”. Did you mean “rows”?"),
        ('"filters-one"', '"filters-two"', "There is no picture that is drawn “filters-two”. It"),
        ('page = "train"', 'page = "../../etc"', "There is no page “../../etc”. It can be train"),
        ("{ bottleneck = 12 }", "{ bottleneck = -8 }", "Bottleneck size must be between 1 and"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old, new, sentence):
    text = SMALL.replace(old, new)
    assert text != SMALL
    error = read(text)
    assert isinstance(error, LessonError)
    assert error.file == NAME
    assert error.sentence.startswith(sentence)
    row = text.splitlines()[error.line - 1]
    assert row == "[[measures]]" or any(part.strip() in row for part in new.splitlines())
    assert str(error) == f"{NAME}, line {error.line}: {error.sentence}"


def test_what_is_missing_is_said_where_it_should_be():
    without = SMALL.replace('caption = "Filters."\n', "")
    error = read(without)
    assert (error.line, error.sentence) == (
        line(without, 'figure = "filters-one"') - 2, "“caption” is missing here.",
    )  # fmt: skip
    assert read("").sentence == "“title” is missing here."
    assert read("").line == 1
    several = SMALL.replace("rising", 'within = { value = "one MSE", low = 0 }\nrising')
    assert read(several).sentence == "One of “within”, “rising” and “ratio” says what agrees."


def test_there_is_an_end_to_runs_and_each_is_another():
    many = SMALL + "".join(f"\n[runs.r{k}]\nbottleneck = {k + 5}\n" for k in range(6))
    assert read(many).sentence == "A lesson has 7 runs at most, not 8."
    error = read(SMALL.replace("bottleneck = 4", "bottleneck = 2"))
    assert error.sentence == "This is the same network as “one”, trained alike."
    assert error.line == line(SMALL, '[runs."q = 4"]')


@pytest.mark.parametrize(
    "name",
    ["small.toml", "1-Small.toml", "01_small.toml", "../01-small.toml", "01-a/b.toml", "01-.toml",
     "0001-small.toml", "01-small.toml.bak", f"01-{'x' * 60}.toml", "01-größe.toml"],
)  # fmt: skip
def test_a_file_is_named_by_its_place_and_a_short_name(name):
    error = read(SMALL, name=name)
    assert (error.line, error.file) == (1, name)
    assert error.sentence.startswith("A lesson's file is named like 03-bottleneck.toml")


def test_what_is_no_text_or_too_much_of_it_is_refused():
    assert read(b"title = 'a'\nidea = '\xff'").sentence.startswith("This is not UTF-8")
    assert read(b"title = 'a'\nidea = '\xff'").line == 2
    assert read(b"#" * (MOST_BYTES + 1)).sentence == "A lesson can have 200 kB at most."
    assert isinstance(read("minutes = " + "1" * 5000), LessonError)
    assert isinstance(read("notice = " + "[" * 50_000), LessonError)
    assert isinstance(read(b"\xef\xbb\xbf" + SMALL.encode()), Lesson)
    assert isinstance(read(SMALL.replace("\n", "\r\n")), Lesson)


def test_html_and_scripts_are_text_and_nothing_else():
    said = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))"
    lesson = read(SMALL.replace("An *idea* with $x$.", said))
    assert lesson.idea == said  # whoever shows it shows Markdown without HTML


pieces = st.sampled_from(
    ["[", "]", "{", "}", "=", '"', "'", '"""', "\n", "#", ",", ".", "1e999", "nan", "true", "\\",
     "[runs]", "[[views]]", "1979-05-27", "-1", "title", "runs", "\x00", "é", "[prediction]", "{}"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(SMALL)), st.integers(0, 40), st.lists(pieces, max_size=2)),
        min_size=1, max_size=3,
    )
)  # fmt: skip
@example(cuts=[(0, len(SMALL), [])])
def test_whatever_is_broken_is_an_error_inside_the_file(cuts):
    text = SMALL
    for at, length, new in cuts:
        text = text[:at] + "".join(new) + text[at + length :]
    found = read(text)
    assert isinstance(found, Lesson | LessonError)
    if isinstance(found, LessonError):
        assert 1 <= found.line <= max(1, len(text.splitlines()))
        assert found.sentence


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PARTS["lesson"], "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=100)
@given(name=st.sampled_from([*PARTS["lesson"]]), value=plain)
def test_any_value_anywhere_is_read_or_refused(name, value):
    import json

    def toml(value):
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(toml, value)) + "]"
        return json.dumps("" if value is None else value)

    text = re.sub(rf"(?m)^{name} = .*\n", "", SMALL)
    found = read(f"{name} = {toml(value)}\n{text}")
    assert isinstance(found, Lesson | LessonError)


# -- lines: an oracle that knows where everything was written ----------------------------


def test_each_key_has_the_line_that_it_was_written_in():
    from aecore.lessons.lines import lines

    text = '''a = 1 # [b]
b = """
[c]
x = "y" """
"d = e" = ['#', [
  1,
  {f = 2}], 3] # z

[runs."q = 8]"]
bottleneck = { g = 'h # i', j.k = 1 }
[[views]]
name = "''"
[[views]]
[views.inner]
caption = \'\'\'
\'\'\'
[[views.more]]
l = 1979-05-27 07:32:00
[[views.more]]
m = +inf
'''
    assert lines(text) == {
        ("a",): 1, ("b",): 2, ("d = e",): 5, ("d = e", 0): 5, ("d = e", 1): 5,
        ("d = e", 1, 0): 6, ("d = e", 1, 1): 7, ("d = e", 1, 1, "f"): 7, ("d = e", 2): 7,
        ("runs", "q = 8]"): 9, ("runs", "q = 8]", "bottleneck"): 10,
        ("runs", "q = 8]", "bottleneck", "g"): 10, ("runs", "q = 8]", "bottleneck", "j"): 10,
        ("runs", "q = 8]", "bottleneck", "j", "k"): 10,
        ("views",): 11, ("views", 0): 11, ("views", 0, "name"): 12, ("views", 1): 13,
        ("views", 1, "inner"): 14, ("views", 1, "inner", "caption"): 15,
        ("views", 1, "more"): 17, ("views", 1, "more", 0): 17, ("views", 1, "more", 0, "l"): 18,
        ("views", 1, "more", 1): 19, ("views", 1, "more", 1, "m"): 20,
    }  # fmt: skip


# -- predictions ----------------------------------------------------------------------------


def test_a_choice_is_revealed_by_what_was_measured():
    guess = Prediction("?", "choice", ("A", "B"), ("a", "b"), "smallest")
    assert guess.reveal({"a": 2.0, "b": 1.0}) == "B"
    assert guess.reveal({"a": 2.0}) is None
    assert guess.reveal({"a": 2.0, "b": float("nan")}) is None
    assert guess.judged("A", {}) is None
    verdict = guess.judged("A", {"a": 2.0, "b": 1.0})
    assert (verdict.right, verdict.answer, verdict.ratio) == (False, "B", None)
    assert guess.judged("B", {"a": 2.0, "b": 1.0}).right
    assert Prediction("?", "choice", ("A", "B"), answer="A").reveal({}) == "A"


def test_a_number_is_judged_by_how_far_it_is_off():
    guess = Prediction("?", "number", values=("a",), low=0, high=100, step=5, unit="%")
    values = {"a": 0.8, "b": 0.4}
    assert guess.reveal(values) == pytest.approx(80)
    assert guess.judged(70.0, values).right and guess.judged(90.0, values).right
    off = guess.judged(40.0, values)
    assert (off.right, off.ratio) == (False, pytest.approx(0.5))
    ratio = Prediction("?", "number", values=("a", "b"), low=0, high=8, step=0.5)
    assert ratio.reveal(values) == pytest.approx(2)
    assert ratio.reveal({"a": 1.0, "b": 0.0}) is None
    beyond = Prediction("?", "number", values=("a",), low=0, high=0.5, step=0.1)
    assert beyond.judged(0.5, values).right  # nothing nearer could be said
    assert beyond.judged(0.0, {"a": 0.0}).ratio is None


# -- the course -------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder that stands in for ours; a teacher's own is ``own`` beside it."""
    for name in ("ours", "own"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(course_module, "SHIPPED", tmp_path / "ours")
    monkeypatch.setenv("AE_LESSONS", str(tmp_path / "own"))
    return tmp_path / "ours"


def titles(language="en"):
    return [entry.title if isinstance(entry, Lesson) else str(entry) for entry in course(language)]


def test_a_broken_file_does_not_take_the_others_down(folder):
    (folder / "02-b.toml").write_text(SMALL.replace("Small", "B"), "utf-8")
    (folder / "10-c.toml").write_text(SMALL.replace("Small", "C"), "utf-8")
    (folder / "01-a.toml").write_text("title = 3", "utf-8")
    (folder / "notes.toml").write_text("", "utf-8")
    (folder / "11-d.toml.txt").write_text(SMALL, "utf-8")
    (folder / "README.md").write_text("# Read", "utf-8")
    (folder / "04-folder.toml").mkdir()
    (folder / "05-gone.toml").symlink_to(folder / "nowhere")
    first, *good, named, last = titles()
    assert first == "01-a.toml, line 1: This must be a text in quotes, not “3”."
    assert good == ["B", "C"]
    assert named.startswith("11-d.toml.txt, line 1: A lesson's file is named like")
    assert last.startswith("notes.toml, line 1: A lesson's file is named like")


def test_an_edit_is_seen_at_the_next_look(folder):
    path = folder / "02-b.toml"
    path.write_text(SMALL, "utf-8")
    assert titles() == ["Small"]
    assert course()[0] is course()[0]
    path.write_text(SMALL.replace("Small", "Other"), "utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert titles() == ["Other"]
    path.unlink()
    assert titles() == []


def test_a_teachers_own_folder_adds_and_replaces(folder):
    own = folder.parent / "own"
    (folder / "02-b.toml").write_text(SMALL, "utf-8")
    (own / "02-b.toml").write_text(SMALL.replace("Small", "Mine"), "utf-8")
    (own / "01-z.toml").write_text(SMALL.replace("Small", "Z"), "utf-8")
    (own / "03-b.toml").write_text(SMALL, "utf-8")
    assert titles() == ["Z", "Mine", "03-b.toml, line 1: 02-b.toml has the same short name."]


def test_a_folder_has_an_end(folder):
    for k in range(MOST_FILES + 3):
        (folder / f"{k:03}-x{k}.toml").write_text("", "utf-8")
    found = course()
    assert len(found) == MOST_FILES + 1
    assert "more than 60" in found[-1].sentence


def test_a_data_set_that_comes_changes_the_lesson(folder, monkeypatch, shared_data):
    text = SMALL.replace('"digits"', '"mnist"').replace(
        "[full]", '[instead]\ndataset = "digits"\nsubset = 100\n\n[full]'
    )
    (folder / "01-a.toml").write_text(text, "utf-8")
    (lesson,) = course()
    assert lesson.instead_of == "mnist"
    assert {config.dataset for config in lesson.configs().values()} == {"digits"}
    assert lesson.shortened() == ""
    values = {"one MSE": 0.5, "q = 4 MSE": 0.4}
    assert {verdict.word for verdict in lesson.verdicts(values)} == {"other data"}
    assert {verdict.word for verdict in lesson.verdicts({})} == {"not measured"}
    assert lesson.try_next[0].settings["dataset"] == "digits"
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    (lesson,) = course()
    assert lesson.instead_of == ""
    assert {config.dataset for config in lesson.configs().values()} == {"mnist"}
    assert {verdict.word for verdict in lesson.verdicts(values)} == {"agrees"}


# -- translations ------------------------------------------------------------------------------

CHINESE = """
title = "小"
notice = ["一。", "二。"]
[prediction]
options = ["两个", "四个"]
[[published]]
[[published]]
what = "顺序"
[[views]]
caption = "行。"
"""


def test_a_translation_is_laid_over_the_english_texts():
    lesson, english = read(SMALL, CHINESE), read(SMALL)
    assert (lesson.title, lesson.notice) == ("小", ("一。", "二。"))
    assert lesson.prediction.options == ("两个", "四个")
    assert lesson.prediction.question == english.prediction.question
    assert [claim.what for claim in lesson.experiment.claims] == ["error", "顺序"]
    assert [view.caption for view in lesson.views] == ["行。", "Filters."]
    assert lesson.configs() == english.configs()
    assert lesson.experiment.steps == english.experiment.steps
    lacking = untranslated(SMALL.encode(), CHINESE.encode())
    assert {"idea", "prediction.question", "views.1.caption", "published.0.what"} <= {*lacking}
    assert not {"title", "notice", "views.0.caption", "published.1.what"} & {*lacking}
    assert untranslated(SMALL.encode(), SMALL.encode()) == ["names.one"]  # not "q = 4"


def test_runs_and_values_are_called_by_their_names_in_a_language():
    lesson = read(SMALL, CHINESE + '\n[names]\none = "一个"\n')
    assert lesson.names == {"one": "一个", "q = 4": "q = 4"}
    assert [*lesson.configs()] == ["one", "q = 4"]  # what is measured has the names of the file
    order = lesson.verdicts({"one MSE": 0.2, "q = 4 MSE": 0.1})[1]
    assert order.word == "agrees"
    assert order.text() == "q = 4: 0.100 < 一个: 0.200"
    for name, title, why in (
        ("two", "二", "Nothing here is called “two”."),
        ("one", "q = 4", "Two runs are called “q = 4”."),
    ):
        wrong = read(f'{SMALL}\n[names]\n{name} = "{title}"\n')
        assert isinstance(wrong, LessonError)
        assert wrong.sentence == why


def test_a_fixed_answer_is_translated_with_its_option():
    fixed = re.sub(r"(?m)^values = .*\n", "", SMALL).replace('"smallest"', '"Four"')
    assert read(fixed, CHINESE).prediction.reveal({}) == "四个"


@pytest.mark.parametrize(
    ("text", "row", "sentence"),
    [
        ("title = 1", 1, "This must be a text"),
        ("\nminutes = 3", 2, "A translation has texts alone, and “minutes” is none."),
        ("[settings]\nepochs = 2", 1, "A translation has texts alone"),
        ("titel = 'x'", 1, "There is no “titel” here. Did you mean “title”?"),
        ("notice = ['x']", 1, "The English file has 2 of these here."),
        ("[[views]]\n[[views]]\n[[views]]", 1, "The English file has 2 of these here."),
        ("[prediction]\nunit = 'x'", 2, "The English file has no “unit” here."),
    ],
)
def test_a_broken_translation_leaves_the_lesson_english(folder, text, row, sentence):
    (folder / "02-b.toml").write_text(SMALL, "utf-8")
    (folder / "zh").mkdir()
    (folder / "zh" / "02-b.toml").write_text(text, "utf-8")
    lesson, error = course("zh")
    assert lesson == course()[0]
    assert (error.file, error.line) == ("zh/02-b.toml", row)
    assert error.sentence.startswith(sentence)
    (folder / "zh" / "02-b.toml").write_text(CHINESE, "utf-8")
    assert titles("zh") == ["小"]
    assert titles() == ["Small"]


# -- measuring ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return home, lesson, runs and the report of a lesson that was done as by the command."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.delenv("AE_DATA_DIR", raising=False)  # as it is in each test
    lesson = read(SMALL)
    engine = Engine(
        tmp_path_factory.mktemp("home"),
        Processes(1, lambda: ThreadPoolExecutor(1, initializer=partial(torch.set_num_threads, 1))),
        is_connected=lambda holder: holder.startswith("reproduce"),
    )  # fmt: skip
    try:
        report = Reproduction(engine, "usual", lambda *said: None, keep_pictures=True).do(
            lesson.experiment
        )
        runs = {
            name: engine.store.find(config, _fingerprint(config))
            for name, config in lesson.configs().items()
        }
    finally:
        engine.close()
        monkeypatch.undo()
    return SimpleNamespace(home=engine.home, lesson=lesson, runs=runs, report=report)


def _fingerprint(config):
    return datasets.load(config.dataset, config.data_options).fingerprint


def test_the_page_finds_what_the_command_measured(done, monkeypatch):
    values = measuring.measured(done.home, done.lesson.experiment, done.runs)
    assert values == done.report.values[0]
    assert [v.word for v in done.lesson.verdicts(values)] == [v.word for v in done.report.verdicts]
    assert done.lesson.prediction.reveal(values) in done.lesson.prediction.options
    pictures = measuring.figures(done.home, done.lesson.experiment, done.runs)
    assert [*pictures] == ["filters-one"]
    assert pictures["filters-one"].read_bytes().startswith(b"\x89PNG")
    monkeypatch.setitem(ANALYSES, "errors", None)  # nothing is measured twice
    measuring.measure(str(done.home), done.lesson.experiment, lambda *said: None)


def test_the_analysis_process_measures_the_same(done, monkeypatch):
    before = measuring.measured(done.home, done.lesson.experiment, done.runs)
    other = read(SMALL.replace("most = 4", "most = 5")).experiment
    assert measuring.measured(done.home, other, done.runs) is None
    assert measuring.figures(done.home, other, done.runs) == {}
    said = []
    measuring.measure(
        str(done.home), pickle.loads(pickle.dumps(other)), lambda *what: said.append(what)
    )
    assert said == [("errors", 0.0), ("units", 0.5)]
    assert measuring.measured(done.home, other, done.runs) == before
    assert [*measuring.figures(done.home, other, done.runs)] == ["filters-one"]
    names = {measuring.name(done.home, e, done.runs) for e in (other, done.lesson.experiment)}
    assert len(names) == 2


def test_what_is_measured_is_what_is_described(done):
    experiment = done.lesson.experiment
    told = {
        name
        for step in experiment.steps
        for name in DESCRIBED[step.analysis].measured(step.arguments, [*experiment.runs])
    }
    assert {*done.report.values[0]} == told


def test_a_run_that_is_not_trained_is_a_sentence(tmp_path, done):
    with pytest.raises(RunError, match="The run “one” is not trained to its end yet"):
        measuring.measure(str(tmp_path), done.lesson.experiment, lambda *said: None)


def test_lessons_are_read_and_looked_up_without_torch():
    code = (
        "import sys; from aecore.lessons import course, measuring; course.course(); "
        "assert not {'torch', 'streamlit', 'plotly'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


# -- the command line -----------------------------------------------------------------------------


def test_the_command_names_broken_files_and_goes_on(folder, capsys, monkeypatch):
    (folder / "01-a.toml").write_text("title = 3", "utf-8")
    asked = []
    monkeypatch.setattr(
        "aecore.commands.reproduce._do",
        lambda chosen, budget, figures, as_json, keep_pictures: (
            asked.append(([e.id for e in chosen], budget, keep_pictures)) or 0
        ),
    )
    (folder / "02-b.toml").write_text(SMALL, "utf-8")
    assert main(["reproduce", "--lessons"]) == 1
    assert capsys.readouterr().err.startswith("01-a.toml, line 1: This must be a text")
    assert asked == [(["lesson-b"], "usual", True)]
    assert main(["reproduce", "--lessons", "b"]) == 0
    assert main(["reproduce", "--lessons", "a"]) == 1
    capsys.readouterr()
    assert main(["reproduce", "--lessons", "bb"]) == 2
    assert capsys.readouterr().err == "There is no lesson “bb”. Did you mean b?\n"
    assert main(["reproduce", "--lessons", "--quick"]) == 2
