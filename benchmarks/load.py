"""Viewers without a browser: they speak Streamlit's websocket protocol as browsers do.

A viewer keeps the timers that the server asks for, remembers large messages, takes over the
address bar's new query, and presses buttons. It draws nothing, and leaves untouched widgets
to the server's memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.measurement import quantile

PATIENCE_S = 120.0
MOST_REMEMBERED = 32
"""Large messages that a viewer can be referred to instead of being sent them again."""

Condition = Callable[[ForwardMsg], bool]


@dataclass
class _Request:
    """A rerun that was asked for; answered when the run that began after it has finished."""

    sent: float
    automatic: bool
    answered: asyncio.Future[float]


@dataclass
class _Button:
    id: str
    fragment: str


@dataclass
class _Field:
    """A field of the sidebar: its options, or the ends of its range."""

    id: str
    kind: str
    options: list[str]
    low: float = 0.0
    high: float = 0.0


@dataclass
class Viewer:
    """One session; use as an asynchronous context.

    Parameters
    ----------
    address : str
        Of the server, such as ``http://localhost:8501``.
    query : str
        What stands behind the question mark.

    Attributes
    ----------
    refreshes : list of float
        Seconds from each tick of a timer to the end of the run it caused.
    exceptions : list of str
        What was shown as an exception.
    received : int
        Bytes.
    buttons : dict
        Buttons on the page, by label.
    fields : dict
        Select boxes, number fields and sliders over few values outside of fragments, by label.
    """

    address: str
    query: str = ""
    refreshes: list[float] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    received: int = 0
    buttons: dict[str, _Button] = field(default_factory=dict)
    fields: dict[str, _Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._page = ""
        self._pages: dict[str, str] = {}
        self._asked: list[_Request] = []
        self._running: list[_Request] = []
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._remembered: dict[str, ForwardMsg] = {}
        self._waiting: list[tuple[Condition, asyncio.Future[float]]] = []

    async def __aenter__(self) -> Viewer:
        self._socket: ClientConnection = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            origin=self.address,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=PATIENCE_S,
            ping_interval=None,
            compression=None,
        )
        self._receiver = asyncio.create_task(self._receive())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._forget_timers()
        self._receiver.cancel()
        await self._socket.close()

    # -- what a person does ----------------------------------------------------------

    async def open(self, page: str = "") -> float:
        """Open the app at a page's address; return the seconds until it stands."""
        return await self._answer(await self._ask(page_name=page))

    async def go(self, page: str) -> float:
        """Click a page's name in the navigation; return the seconds until it stands."""
        if page not in self._pages:
            raise KeyError(f"There is no page {page!r}; there are {', '.join(self._pages)}.")
        self._forget_timers()
        self._page, self.query = self._pages[page], ""
        return await self._answer(await self._ask())

    async def press(self, label: str, shows: str = "") -> float:
        """Press a button.

        Parameters
        ----------
        label : str
            Exactly as on the button.
        shows : str
            Text of the HTML element to wait for; by default the end of the run.

        Returns
        -------
        float
            Seconds until then.
        """
        if label not in self.buttons:
            raise KeyError(f"There is no button {label!r}; there are {', '.join(self.buttons)}.")
        button = self.buttons[label]
        pressed = time.perf_counter()
        seen = self._until(lambda message: shows in _html(message)) if shows else None
        request = await self._ask(button.fragment, pressed=button.id)
        if seen is None:
            return await self._answer(request)
        return await asyncio.wait_for(seen, PATIENCE_S) - pressed

    async def choose(self, label: str, share: float) -> float:
        """Move a field to another place of its range or options, and wait for the page.

        Parameters
        ----------
        label : str
            A key of `fields`.
        share : float
            Where to, 0 to 1 from its first option or low end to its last or high end.
        """
        field, request = self.fields[label], BackMsg()
        state = request.rerun_script.widget_states.widgets.add(id=field.id)
        place = min(int(share * len(field.options)), len(field.options) - 1)
        if field.kind == "selectbox":
            state.string_value = field.options[place]
        elif field.kind == "slider":
            state.string_array_value.data.append(field.options[place])
        else:
            state.int_value = round(field.low + share * (field.high - field.low))
        return await self._answer(await self._ask(states=request.rerun_script.widget_states))

    async def vanish(self) -> None:
        """Break off without a word, as a browser does whose machine falls asleep."""
        self._forget_timers()
        self._receiver.cancel()
        self._socket.transport.abort()

    async def sees_button(self, label: str, patience: float = PATIENCE_S) -> None:
        """Wait until there is a button of this label."""
        async with asyncio.timeout(patience):
            while label not in self.buttons:
                self._check()
                await asyncio.sleep(0.05)

    # -- asking ----------------------------------------------------------------------

    async def _ask(
        self,
        fragment: str = "",
        *,
        page_name: str = "",
        pressed: str = "",
        states: WidgetStates | None = None,
        automatic: bool = False,
    ) -> _Request:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = self.query, self._page
        rerun.page_name, rerun.fragment_id = page_name, fragment
        rerun.is_auto_rerun = automatic
        rerun.cached_message_hashes.extend(self._remembered)
        if states is not None:
            rerun.widget_states.CopyFrom(states)
        if pressed:
            rerun.widget_states.widgets.add(id=pressed, trigger_value=True)
        future = asyncio.get_running_loop().create_future()
        request = _Request(time.perf_counter(), automatic, future)
        self._asked.append(request)
        await self._socket.send(message.SerializeToString())
        return request

    async def _answer(self, request: _Request) -> float:
        self._check()
        return await asyncio.wait_for(request.answered, PATIENCE_S)

    def _until(self, condition: Condition) -> asyncio.Future[float]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, future))
        return future

    def _check(self) -> None:
        """Raise what ended the receiver, if anything did."""
        if self._receiver.done():
            self._receiver.result()
            raise ConnectionError("The server closed the connection.")

    # -- timers ----------------------------------------------------------------------

    def _set_timer(self, fragment: str, interval: float) -> None:
        if fragment in self._timers:
            if self._timers[fragment][0] == interval:
                return  # a browser lets the timer tick on
            self._timers[fragment][1].cancel()
        self._timers[fragment] = interval, asyncio.create_task(self._tick(fragment, interval))

    async def _tick(self, fragment: str, interval: float) -> None:
        due = time.perf_counter()
        while True:
            due = max(due + interval, time.perf_counter())  # a browser's ticks do not pile up
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await self._ask(fragment, automatic=True)

    def _forget_timers(self) -> None:
        for _, task in self._timers.values():
            task.cancel()
        self._timers.clear()

    # -- what the server says --------------------------------------------------------

    async def _receive(self) -> None:
        async for content in self._socket:
            assert isinstance(content, bytes)
            self.received += len(content)
            message = ForwardMsg()
            message.ParseFromString(content)
            self._hear(message)

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self._remembered:
                return
            message = self._remembered[message.ref_hash]
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._remember(message)
        heard = getattr(self, f"_hear_{kind}", None)
        if heard is not None:
            heard(message)
        for condition, future in list(self._waiting):
            if not future.done() and condition(message):
                future.set_result(time.perf_counter())
                self._waiting.remove((condition, future))

    def _remember(self, message: ForwardMsg) -> None:
        self._remembered[message.hash] = message
        while len(self._remembered) > MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]

    def _hear_new_session(self, message: ForwardMsg) -> None:
        self._running += self._asked
        self._asked = []
        self._page = message.new_session.page_script_hash
        again = set(message.metadata.run.fragment_ids)
        if not again:
            self._forget_timers()
        self.fields = self.fields if again else {}
        self.buttons = {
            label: button
            for label, button in self.buttons.items()
            if again and button.fragment not in again
        }

    def _hear_script_finished(self, message: ForwardMsg) -> None:
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return  # the run goes on as another one
        now = time.perf_counter()
        for request in self._running:
            request.answered.set_result(now - request.sent)
            if request.automatic:
                self.refreshes.append(now - request.sent)
        self._running = []

    def _hear_auto_rerun(self, message: ForwardMsg) -> None:
        self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)

    def _hear_stop_auto_rerun(self, message: ForwardMsg) -> None:
        for fragment in message.stop_auto_rerun.fragment_ids:
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()

    def _hear_page_info_changed(self, message: ForwardMsg) -> None:
        self.query = message.page_info_changed.query_string

    def _hear_navigation(self, message: ForwardMsg) -> None:
        pages = message.navigation.app_pages
        self._pages = {page.url_pathname: page.page_script_hash for page in pages}

    def _hear_delta(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            button = _Button(element.button.id, message.delta.fragment_id)
            self.buttons[element.button.label] = button
        elif kind in _FIELDS and not message.delta.fragment_id:
            found = getattr(element, kind)
            if _FIELDS[kind](found):
                low, high = getattr(found, "min", 0.0), getattr(found, "max", 0.0)
                options = list(getattr(found, "options", ()))
                self.fields[found.label] = _Field(found.id, kind, options, low, high)
        elif kind == "exception":
            text = f"{element.exception.type}: {element.exception.message}"
            self.exceptions.append(text[:200])


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "selectbox": lambda found: len(found.options) > 1,
    "slider": lambda found: len(found.options) > 1,
    "number_input": lambda found: found.has_min and found.has_max and found.data_type == 0,
}
"""Kinds of fields that `Viewer.choose` can move, and which of them."""


def _html(message: ForwardMsg) -> str:
    if message.WhichOneof("type") != "delta":
        return ""
    return message.delta.new_element.html.body


async def gather(
    address: str,
    count: int,
    seconds: float,
    *,
    query: str = "",
    page: str = "",
    press: str = "",
    apart: float = 0.1,
) -> dict[str, Any]:
    """Let viewers come, press a button where there is one, and watch for a while.

    Parameters
    ----------
    address : str
    count : int
        Viewers.
    seconds : float
        How long to watch once all have come.
    query : str
        ``{i}`` in it becomes the viewer's number.
    page, press : str
        Page to open, and label of a button to press there.
    apart : float
        Seconds between one's coming and the next one's.
    """
    viewers = [Viewer(address, query.replace("{i}", str(i))) for i in range(count)]
    opened: list[float] = []
    pressed: list[float] = []
    leave = asyncio.Event()

    async def attend(i: int, viewer: Viewer) -> None:
        await asyncio.sleep(i * apart)
        async with viewer:
            opened.append(await viewer.open(page))
            if press in viewer.buttons:
                pressed.append(await viewer.press(press))
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        for i, viewer in enumerate(viewers):
            group.create_task(attend(i, viewer))
        await asyncio.sleep(count * apart + seconds)
        leave.set()
    refreshes = [each for viewer in viewers for each in viewer.refreshes]
    return {
        "viewers": count,
        "opened_median_s": quantile(opened, 0.5),
        "pressed_median_s": quantile(pressed, 0.5) if pressed else None,
        "refreshes": len(refreshes),
        "refresh_median_s": quantile(refreshes, 0.5) if refreshes else None,
        "refresh_95_s": quantile(refreshes, 0.95) if refreshes else None,
        "received_mb": sum(viewer.received for viewer in viewers) / 1e6,
        "exceptions": sorted({text for viewer in viewers for text in viewer.exceptions}),
    }


def main() -> None:
    """Put load on a server that runs already."""
    parser = argparse.ArgumentParser(description="Let viewers come to a server that runs already.")
    parser.add_argument("--address", default="http://localhost:8501")
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--query", default="", help="{i} becomes the viewer's number")
    parser.add_argument("--page", default="")
    parser.add_argument("--press", default="", help="label of a button, such as Train")
    asked = parser.parse_args()
    seen = asyncio.run(
        gather(
            asked.address, asked.viewers, asked.seconds,
            query=asked.query, page=asked.page, press=asked.press,
        )
    )  # fmt: skip
    print(json.dumps(seen, indent=1))


if __name__ == "__main__":
    main()
