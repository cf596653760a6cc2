"""What the Own images page is made of: bringing files, the collection, one picture looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from aecore.datasets import Dataset
from aecore.engine import MOVING
from aecore.language import text as _
from aecore.own_images import MAX_IMAGES, OwnImages
from aecore.uploads import KINDS, MAX_FILE_BYTES
from aecore.uploads.limits import megabytes
from aecore.wording import explained, plain, sentences
from ui import choices, own, session
from ui.pictures import gallery, heading, pick
from ui.server import server
from ui.shell import PAGES, ROOT

if TYPE_CHECKING:
    from ui.views.frame import Frame

AT_ONCE = 60
"""Images of the collection that are shown at a time."""
_PICKED, _PICKED_AT_STROKE = "own picked", "own picked at stroke"
"""How many images there were and which was picked; now, and when the pad last changed."""
_UPLOADER = "own uploader"
_ELSEWHERE = ("train", "reconstructions", "latent_space", "anomalies")


def upload() -> None:
    """Offer to bring files; they are read as they come, and the list of them is emptied."""
    turn = int(st.session_state.get(_UPLOADER, 0))
    files, choice = st.columns([2.2, 1], gap="medium", vertical_alignment="center")
    with choice:
        turn_over = choices.widget("turn_over")
        st.toggle(**turn_over)

    def came() -> None:
        brought = st.session_state.get(f"own.files.{turn}") or []
        brought = [file for file in brought if not isinstance(file, DeletedFile)]
        if brought:
            st.session_state[_UPLOADER] = turn + 1
            own.take_files(brought, st.session_state.get(turn_over["key"], True))

    with files:
        st.file_uploader(
            _("Bring pictures"),
            accept_multiple_files=True,
            key=f"own.files.{turn}",
            on_change=came,
            max_upload_size=MAX_FILE_BYTES // 10**6,
            help=_(
                "{kinds}. {size} a file, 4,096 pixels a side, {images:,} images in all. They stay "
                "in the server's memory, for this tab alone.",
                kinds=_(KINDS),
                size=megabytes(MAX_FILE_BYTES),
                images=MAX_IMAGES,
            ),
        )


def reports() -> None:
    """Say what became of the files that came last, where there is something to say."""
    told = own.reports()
    if not told:
        return
    lines = ["- " + explained(f"**{plain(r.name)}**", plain(sentences(r.sentences))) for r in told]
    failed = not all(report.taken for report in told)
    with st.container(horizontal=True, vertical_alignment="center", key="own.reports"):
        st.warning("\n".join(lines), icon=":material/error:" if failed else ":material/info:")
        st.button(_("Got it"), on_click=own.forget_reports, key="own.reports.read")


def collection(data: Dataset) -> int | None:
    """Show all own images with what can be done to them; return the place of the picked one."""
    mine = own.own_images()
    heading(_("Your images"), _counted(len(mine)))
    if not len(mine):
        st.session_state.pop(_PICKED, None)
        with st.container(horizontal=True):
            _undo_button()
        return None
    from ui.views import own_images as views

    newest = len(mine) - 1
    shown = list(range(newest, -1, -1))
    if len(mine) > AT_ONCE:
        pages = [shown[k : k + AT_ONCE] for k in range(0, len(shown), AT_ONCE)]
        shown = st.select_slider(
            _("Shown"),
            pages,
            format_func=lambda places: _(
                "{first:,} to {last:,}", first=places[-1] + 1, last=places[0] + 1
            ),
            key=f"own.shown.{own.version()}",
            help=_("Which of your images to show, by the order in which they came."),
        )
    count, place = st.session_state.get(_PICKED, (0, newest))
    first = min(place, newest) if count >= len(mine) else newest
    picked = pick(
        views.pairs(data, mine, tuple(shown)),
        f"own.gallery.{own.version()}",
        _("Your images, each as it came and as it goes in"),
        shown,
        "8rem",
        first=first,
        required=True,
    )
    place = first if picked is None else min(picked, newest)
    st.session_state[_PICKED] = (len(mine), place)
    _actions(mine, place)
    return place


def stroke_drawn() -> None:
    """Remember that the pad is what is looked at, until another image is picked."""
    st.session_state[_PICKED_AT_STROKE] = st.session_state.get(_PICKED)


def subject(picked: int | None) -> OwnImages | None:
    """Return the one picture that is looked at: what is on the pad, or the picked one."""
    mine, drawn = own.own_images(), own.drawn()
    now = st.session_state.get(_PICKED)
    if drawn is not None and now == st.session_state.get(_PICKED_AT_STROKE):
        return OwnImages((_("Your drawing"),), (drawn,), mine.normalised)
    return None if picked is None else mine.of([picked])


def look(frame: Frame | None, data: Dataset, looked: OwnImages | None) -> None:
    """Show one picture: how it is placed, what comes out, how unusual it is, what is near."""
    heading(
        looked.names[0] if looked else _("As the network sees it"),
        _("what goes in, what comes out") if frame else _("what will go in"),
    )
    st.toggle(
        _("Place like MNIST"),
        value=own.own_images().normalised,
        key=f"own.normalised.{own.own_images().normalised}",
        on_change=lambda: own.place_as_mnist(not own.own_images().normalised),
        help=_(
            "Crop to what is drawn, scale it into a box, move its centre of mass to the middle; "
            "the ground becomes black. Off: the whole picture is only resized."
        ),
    )
    if looked is None:
        st.markdown(_("Draw a digit, or bring a picture of one: here you see it at once."))
        return
    from ui.views import own_images as views

    if frame is None:
        gallery(views.placing_tiles(looked, data), "8rem")
    else:
        found = views.seen(frame, looked, _compared(frame))
        gallery(found.tiles, "8rem")
        st.markdown(found.summary)
        heading(
            _("Nearest test images"), _("by the distance of codes, nearest first, with their class")
        )
        gallery(found.neighbours, "3.9rem")
        st.markdown(found.kin)
    if views.is_blank(looked, data):
        st.markdown(_("Nothing can be seen on it, so it goes in as black."))


def elsewhere() -> None:
    """Say on which other pages the own images are, with links there."""
    heading(_("They are on the other pages, too"), _("shown and ranked like test images"))
    with st.container(horizontal=True, gap="medium"):
        for info in PAGES:
            if info.address in _ELSEWHERE and not session.controls().hides(info.address):
                file = ROOT / "pages" / f"{info.address}.py"
                address = "start" if info is PAGES[0] else info.address
                page = st.Page(file, title=_(info.title), icon=info.icon, url_path=address)
                st.page_link(page, label=_(info.title), icon=info.icon)


def _actions(mine: OwnImages, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="own.actions"):
        key = f"own.name.{own.version()}.{place}"
        st.text_input(
            _("Name of the picked one"),
            mine.names[place],
            max_chars=60,
            key=key,
            width=240,
            on_change=lambda: own.rename(place, str(st.session_state[key])),
        )
        st.button(
            _("Turn over"), icon=":material/invert_colors:", key="own.turn",
            on_click=lambda: own.keep(mine.turned_over(place)),
            help=_("Exchange light and dark in the picked one."),
        )  # fmt: skip
        st.button(
            _("Remove"), icon=":material/delete:", key="own.remove",
            on_click=lambda: own.keep(mine.without(place)), help=_("Remove the picked one."),
        )  # fmt: skip
        st.button(
            _("Remove all"), icon=":material/delete_sweep:", key="own.clear",
            on_click=lambda: own.keep(OwnImages(normalised=mine.normalised)),
        )  # fmt: skip
        _undo_button()


def _undo_button() -> None:
    if own.before() is not None:
        st.button(
            _("Take back"), icon=":material/undo:", on_click=own.undo, key="own.undo",
            help=_("Take the last change of your images back."),
        )  # fmt: skip


def _counted(count: int) -> str:
    if not count:
        return _("none yet: draw one and add it, or bring files")
    if count < MAX_IMAGES:
        return _(
            "{count:,} in this session; left as it came, right as it goes in; click one",
            count=count,
        )
    return _(
        "{count:,} in this session, as many as there is room for; left as it came, right as it "
        "goes in; click one",
        count=count,
    )


def _compared(frame: Frame) -> int:
    """Return how many test images to compare with: fewer while training moves on."""
    from aecore.evaluation import CHUNK

    status = server().engine.status(frame.run, session.settings().epochs)[0]
    count = len(frame.data.test_images)
    return min(CHUNK, count) if status in MOVING else count
