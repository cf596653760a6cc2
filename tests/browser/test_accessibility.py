"""What axe-core finds on every page, in both themes; an empty Streamlit page is the yardstick."""

from __future__ import annotations

import math
from typing import Any

import pytest
from playwright.sync_api import Page

from aecore.config import RunConfig
from aecore.slices import advance
from tests.browser.conftest import App
from tests.browser.test_explorer import go_to, settle
from ui.navigation import PAGES

pytestmark = pytest.mark.browser

ADDRESS = "?dataset=digits&bottleneck=4&epochs=2"
GRAVE = ("serious", "critical")
"""Impacts of findings that no page may have; an empty Streamlit page has none either."""


COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules about colours."""


@pytest.fixture(scope="module")
def trained(app: App) -> App:
    """The server, with the run of the address in its store."""
    config = RunConfig(bottleneck=4, batch_size=32, epochs=2)
    assert advance(str(app.home / "runs"), config.as_dict(), math.inf).done
    return app


def test_no_page_has_a_grave_finding(trained: App, page: Page, axe: str) -> None:
    page.goto(f"{trained.url}/{ADDRESS}")
    page.get_by_role("link", name="Filters").first.wait_for(state="attached")
    page.evaluate(axe)
    found = {}
    for info in PAGES:
        go_to(page, info.title)
        page.wait_for_url(f"**/{info.address}?**" if info is not PAGES[0] else "**")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            settle(page)
            found[info.title, scheme] = grave(page, scheme)
    assert len(found) == 2 * len(PAGES)
    assert not {place: lines for place, lines in found.items() if lines}


def at_rest(page: Page) -> None:
    """Wait until nothing is paler than it will be: what is drawn anew fades in."""
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=\"true\"]')"
        " && document.getAnimations().every((a) => a.playState !== 'running')"
    )


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        (f"train{ADDRESS}&lock=bottleneck,loss,noise,epochs,dataset", ""),
        (f"train{ADDRESS}&present=1", "Train"),
        (f"compare{ADDRESS}&pin=bottleneck:4", "Share"),
    ],
)
def test_what_is_opened_or_locked_has_no_grave_finding(
    trained: App, page: Page, axe: str, address: str, opened: str
) -> None:
    page.goto(f"{trained.url}/{address}")
    page.get_by_role("button", name="Share").wait_for()
    settle(page)
    if opened:
        page.get_by_role("button", name=opened).and_(page.get_by_test_id("stPopoverButton")).click()
        page.get_by_test_id("stPopoverBody").wait_for()
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle(page)
        assert not grave(page, scheme), scheme


def grave(page: Page, scheme: str) -> list[str]:
    """Return a line for each grave finding: the rule, how often, the first place and why.

    In dark colours only those are looked for: all else is the same in both.
    """
    at_rest(page)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = {"type": "rule", "values": COLOURS}
    found: list[dict[str, Any]] = page.evaluate(
        "async (options) => (await axe.run(options)).violations", options
    )
    return [
        f"{rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['target']} "
        f"{rule['nodes'][0]['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
    ]
