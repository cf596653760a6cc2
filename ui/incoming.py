"""What browsers say, looked at before Streamlit believes it.

Streamlit takes it that a number comes where a number was asked for, and one of the options where
one must be chosen; and it empties the memory of the whole server for whoever asks. Its browser
code keeps to what the page offers; whoever speaks its protocol need not.
"""

from __future__ import annotations

import logging
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import Serialized, Value, WStates

log = logging.getLogger(__name__)

HEARD = {
    "rerun_script", "stop_script", "app_heartbeat", "file_urls_request",
    "deferred_file", "dataframe_chunk",
}  # fmt: skip
"""All that pages need. What else there is empties caches, the engine's included, tells of the
repository, or writes files."""

_SAME = {"int_value": "double_value"}
"""Numbers are asked for as the one, and whole ones sent as the other."""
_handle, _read = AppSession.handle_backmsg, WStates.__getitem__


def distrust() -> None:
    """Leave out what makes no sense or is not for browsers to ask; once for the whole server.

    A widget is then as it was to begin with. Does nothing the second time.
    """
    AppSession.handle_backmsg = _hear  # type: ignore[method-assign, assignment]
    WStates.__getitem__ = _checked  # type: ignore[method-assign]


def _hear(session: AppSession, message: BackMsg) -> None:
    kind: str | None = message.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = message.backend_operation_request.WhichOneof("payload")
    if kind not in HEARD:
        log.warning("Ignored a message of a browser: %s", kind)
        return
    if kind == "rerun_script":
        told = message.rerun_script.widget_states.widgets
        widgets = [state for state in told if state.id.startswith("$$")]  # as all ids do
        if len(widgets) < len(told):
            log.warning("Ignored what was sent for widgets that cannot be")
            del told[:]
            told.extend(widgets)
    _handle(session, message)


def _checked(states: WStates, widget_id: str) -> Any:
    sent, metadata = states.states.get(widget_id), states.widget_metadata.get(widget_id)
    if isinstance(sent, Serialized) and metadata and not _makes_sense(sent.value, metadata):
        log.warning("Ignored what was sent for a widget that takes a %s", metadata.value_type)
        states.states[widget_id] = Value(metadata.deserializer(None))
    return _read(states, widget_id)


def _makes_sense(sent: WidgetState, metadata: WidgetMetadata[Any]) -> bool:
    kind = sent.WhichOneof("value")
    if kind is None:  # emptied
        return True
    if _SAME.get(kind, kind) != _SAME.get(metadata.value_type, metadata.value_type):
        return False
    try:
        told = unpack_widget_state_value(sent)
        if kind == "json_value" and not isinstance(told, dict):
            return False
        if kind == "string_value" and metadata.formatted_options:
            return told in metadata.formatted_options
        value = metadata.deserializer(told)
    except Exception:  # whatever comes of it is for nobody to see
        return False
    return value is not None or metadata.deserializer(None) is None
