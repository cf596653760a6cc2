"""Slow layouts in a browser: asked for, computed, downloaded, and other knobs beside them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser

SLOW = 90_000


def test_a_layout_is_computed_and_kept_while_another_is_chosen_and_cancelled(
    app: App, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{app.url}/latent_space?dataset=digits&epochs=1")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".ae-status")).to_contain_text("finished", timeout=SLOW)
    expect(page.get_by_text("PCA. A straight look")).to_be_visible()
    page.get_by_role("radio", name="t-SNE", exact=True).click()
    page.get_by_role("button", name="Compute t-SNE").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_text("t-SNE, perplexity 30, seed 0.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Trustworthiness 0.9")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Coordinates").click()
    assert "-tsne-2d-" in download.value.suggested_filename
    download.value.save_as(tmp_path / "points.csv")
    with (tmp_path / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 360
    assert len({row["image"] for row in rows}) == 360
    assert rows[0].keys() == {"image", "class", "x", "y"}
    page.get_by_role("button", name="t-SNE settings").click()
    page.get_by_role("slider", name="Perplexity").press("ArrowRight")
    expect(page.get_by_role("button", name="Compute t-SNE")).to_be_visible()
    expect(page.get_by_text("t-SNE, perplexity 30, seed 0.")).to_be_visible()
    page.reload()
    page.get_by_role("radio", name="t-SNE", exact=True).click()
    expect(page.locator('.map[data-axes="t-SNE 1 / t-SNE 2"]')).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("radio", name="UMAP").click()
    page.get_by_role("button", name="Compute UMAP").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Compute UMAP")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
