"""What is handed to others: an address that a class can reach, and a session as a small file."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aecore.fields import quoted
from aecore.language import text as _

__all__ = [
    "MOST_BYTES", "Saved", "is_loopback", "is_open", "link", "local_address", "qr_code", "quoted",
    "reachable", "read", "root_of",
]  # fmt: skip

FORMAT, VERSION = "autoencoder explorer session", 1
MOST_BYTES = 200_000
"""Size of a session's file at most."""
MOST_ENTRIES, MOST_TEXTS, MOST_TEXT, MOST_NAME = 400, 20, 4000, 80
"""Parameters, texts of one parameter, and characters of a text and of a name at most."""


# -- addresses -----------------------------------------------------------------------


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or number means the very machine that asks for it."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None) or number
    return bool(mapped.is_loopback or mapped.is_unspecified)


def is_open(listening: str) -> bool:
    """Tell whether a server that listens there can be reached from other machines, too.

    Parameters
    ----------
    listening : str
        The address that it was told to listen at; none for all of them.
    """
    return listening in ("", "::") or listening == "0.0.0.0" or not is_loopback(listening)


def reachable(
    public: str,
    seen: str,
    pages: Collection[str],
    listening: str,
    port: int,
    local: Callable[[], str],
    scheme: str = "http",
) -> str:
    """Return the address of the app that a class can reach, without a slash at its end.

    Parameters
    ----------
    public : str
        What the server's owner calls it; it wins where there is one.
    seen : str
        The whole address that this session's browser used.
    pages : collection of str
        Addresses of pages, which are no part of the app's own.
    listening : str
        The address that the server was told to listen at; none for all of them.
    port : int
    local : callable
        Returns this machine's address in the local network, or an empty text.
    scheme : str
        ``http`` or ``https``, as the server speaks it.

    Returns
    -------
    str
        Empty where there is none.
    """
    if public:
        return public.rstrip("/")
    root = root_of(seen, pages)
    host = urlsplit(root).hostname or ""
    if host and not is_loopback(host):
        return root
    if not is_open(listening):
        return ""
    every = listening in ("", "::", "0.0.0.0")
    address = local() if every else listening
    if not address or is_loopback(address):
        return ""
    path = urlsplit(root).path
    return f"{scheme}://{f'[{address}]' if ':' in address else address}:{port}{path}"


def root_of(seen: str, pages: Collection[str]) -> str:
    """Return an address without its page, parameters and last slash."""
    try:
        parts = urlsplit(seen)
        host = parts.netloc if parts.hostname else ""
    except ValueError:
        return ""
    if not host:
        return ""
    path = parts.path.rstrip("/")
    before, _slash, last = path.rpartition("/")
    return f"{parts.scheme}://{host}{before if last in pages else path}"


def local_address() -> str:
    """Return this machine's address in its local network; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for examples: asks for the way only
            return str(probe.getsockname()[0])
        except OSError:
            return ""


def link(root: str, page: str, text: str) -> str:
    """Return the link to a page.

    Parameters
    ----------
    root : str
        As `reachable` returns it; empty for one that begins at the page.
    page : str
        The page's address; empty for where the app opens.
    text : str
        The parameters as the part behind the question mark.
    """
    return f"{root}/{page}" + (f"?{text}" if text else "")


def qr_code(text: str) -> str:
    """Return a QR code as the address of a picture, dark on light; empty where it is too long."""
    import segno

    try:
        code = segno.make(text, error="l", micro=False)
    except segno.DataOverflowError:
        return ""
    return str(code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True))


# -- a session as a file -------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """What a session's file holds.

    Attributes
    ----------
    page : str
        The address of the page that was looked at.
    parameters : dict of str to tuple of str
        What an address says, by name; each may be there more than once.
    choices : dict of str to str
        What was chosen on all pages.
    predictions : dict
        What was guessed in lessons, as plain values.
    """

    page: str
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    predictions: dict[str, Any] = field(default_factory=dict)

    def as_text(self) -> str:
        """Return the file: JSON that a person can read."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "page": self.page,
            "parameters": {
                name: texts[0] if len(texts) == 1 else list(texts)
                for name, texts in self.parameters.items()
            },
            "choices": self.choices,
            "predictions": self.predictions,
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read(content: bytes) -> tuple[Saved | None, list[str]]:
    """Read a session's file; never raises.

    Parameters
    ----------
    content : bytes
        Whatever a file holds.

    Returns
    -------
    Saved or None
        None where it is no such file.
    list of str
        Sentences on what is wrong in it; the rest is good.
    """
    if len(content) > MOST_BYTES:
        return None, [_("The file is larger than 200 kB: that is no saved session.")]
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None, [_("The file is no JSON, which a saved session is.")]
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return None, [_("The file is no session that was saved here.")]
    if found.get("version") != VERSION:
        return None, [_("The session was saved by another version of this app, which is unknown.")]
    notes: list[str] = []
    parts = ("format", "version", "page", "parameters", "choices", "predictions")
    for name in list(found)[:MOST_ENTRIES]:
        if name not in parts:
            notes.append(_("The file has a part {name}, which is unknown.", name=quoted(name)))
    page = found.get("page", "")
    if not isinstance(page, str) or len(page) > MOST_NAME or not page.isprintable():
        notes.append(_("The page in the file is no text: the session opens on the first page."))
        page = ""
    return Saved(
        page,
        _texts(_part(found, "parameters", notes), notes),
        {k: v[-1] for k, v in _texts(_part(found, "choices", notes), notes).items()},
        dict(_part(found, "predictions", notes)),
    ), notes


def _part(found: Mapping[str, Any], name: str, notes: list[str]) -> dict[str, Any]:
    part = found.get(name, {})
    if isinstance(part, dict):
        good = {}
        for key, value in list(part.items())[:MOST_ENTRIES]:
            if key.isprintable() and len(key) <= MOST_NAME:
                good[key] = value
            else:
                notes.append(_no_text(key))
        return good
    notes.append(_("The part {name} of the file makes no sense: left out.", name=quoted(name)))
    return {}


def _texts(part: Mapping[str, Any], notes: list[str]) -> dict[str, tuple[str, ...]]:
    """Return what is texts, or lists of texts, and say what is not."""
    good = {}
    for name, given in part.items():
        texts = given if isinstance(given, list) else [given]
        if (
            texts
            and len(texts) <= MOST_TEXTS
            and all(isinstance(t, str) and len(t) <= MOST_TEXT and t.isprintable() for t in texts)
        ):
            good[name] = tuple(texts)
        else:
            notes.append(_no_text(name))
    return good


def _no_text(name: str) -> str:
    return _("What the file says of {name} is no text: left out.", name=quoted(name))
