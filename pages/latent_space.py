"""Latent space: the codes of test images laid out, and what is behind each point."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.charts import chart
    from ui.jobs import waiting
    from ui.layouts import ask_for_layout
    from ui.live import live
    from ui.pictures import heading, strip

    COUNTS = [250, 500, 1000, 2000, 4000]
    MOST_PICKED = 40
    METHODS = {"codes": "Code dimensions", "pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}

    def choose(q: int) -> tuple[str, int, int, tuple[int, ...]]:
        """Draw the choices; return method, dimensions, count, and code dimensions picked."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            method = st.segmented_control(
                "Layout",
                list(METHODS),
                default="pca",
                format_func=METHODS.__getitem__,
                required=True,
                key="latent.method",
                persist_state="session",
                width="content",
                help="Code dimensions and PCA are drawn at once. UMAP and t-SNE keep neighbours "
                "together, take a while, and are kept with the run.",
            )
            dimensions = st.segmented_control(
                "View",
                [2, 3],
                default=2,
                format_func=lambda d: f"{d}-D",
                required=True,
                key="latent.dimensions",
                persist_state="session",
                width="content",
                help="Points can be selected in 2-D.",
            )
            count = st.select_slider(
                "Test images",
                COUNTS,
                value=1000,
                key="latent.count",
                persist_state="session",
                width=200,
                help="How many test images are laid out.",
            )
        if method != "codes":
            return method, dimensions, count, ()
        with st.container(horizontal=True):
            picked = tuple(
                st.selectbox(
                    f"{name}: code",
                    list(range(q)),
                    index=min(i, q - 1),
                    format_func=lambda k: str(k + 1),
                    key=f"latent.axis.{i}.{q}",
                    persist_state="session",
                    width=140,
                    help="Which number of the code is drawn along this axis.",
                )
                for i, name in enumerate(("Across", "Up", "Deep")[:dimensions])
            )
        return method, dimensions, count, picked

    def draw(frame) -> None:
        """Draw the scatter, and the images behind the selected points."""
        from ui.views import latent as views

        method, dimensions, count, picked = choose(frame.config.code_size)
        count = min(count, len(frame.data.test_images))
        choices = method, dimensions, count, picked, frame.config.seed
        if views.laid_out(frame, *choices) is None:
            ask_for_layout(frame, METHODS[method], method, dimensions, count)
            return
        has_baseline = views.baseline(frame.data) is not None
        figure = views.latent_figure(frame, *choices, has_baseline)
        left, right = st.columns([1.6, 1], gap="medium")
        with left:
            event = chart(
                figure, f"latent.{method}.{dimensions}", zoom=True,
                on_select="rerun", selection_mode=("points", "box", "lasso"),
            )  # fmt: skip
        places = [int(point["customdata"]) for point in event.selection.points]
        with right:
            if dimensions == 3:
                heading("Turn it", "")
                st.markdown(
                    "Drag to turn the points, scroll to come closer. To select points and see "
                    "the images behind them, go back to 2-D."
                )
            elif not places:
                heading("Nothing selected", "")
                st.markdown(
                    "Click a point, or choose box or lasso above the chart and draw around "
                    "some, to see the images behind them and what the network makes of them. "
                    "A click on a class in the legend hides it."
                )
            else:
                more = f", the first {MOST_PICKED} shown" if len(places) > MOST_PICKED else ""
                heading(f"{len(places)} selected{more}", "test images and their reconstructions")
                for rows in views.picked_rows(frame, places[:MOST_PICKED]):
                    strip(rows)

    live(draw, busy=waiting)
