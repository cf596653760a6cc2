"""Anomalies: test images and strangers among them, ranked by reconstruction error."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.charts import chart
    from ui.live import live
    from ui.pictures import gallery, heading

    def draw(frame) -> None:
        """Draw the gallery, the histogram and the ranks of the strangers."""
        from aecore import datasets, strangers
        from ui.views import anomalies as views

        comparable = datasets.has_pictures(frame.config.dataset, frame.config.data_options)
        at_hand = strangers.choices(frame.config.dataset) if comparable else {}
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = []
            if at_hand:
                chosen = st.pills(
                    "Strangers among the test images",
                    list(at_hand),
                    default=["shoe"],
                    format_func=at_hand.__getitem__,
                    selection_mode="multi",
                    key=f"anomalies.strangers.{frame.config.dataset}",
                    persist_state="session",
                    width="content",
                    help="Images that do not belong: the network has never seen their like.",
                )
            most = st.select_slider(
                "Gallery",
                [12, 24, 36, 60, 120],
                value=36,
                key="anomalies.most",
                persist_state="session",
                width=200,
                help="How many images to show, the largest error first.",
            )
        view = views.anomaly_view(frame, tuple(sorted(chosen)), most)
        st.markdown(view.summary)
        left, right = st.columns([1.5, 1], gap="medium")
        with left:
            heading("Most anomalous first", "rank and reconstruction error (MSE per pixel)")
            gallery(view.tiles, "4.2rem")
        with right:
            heading("Reconstruction errors", "whole test split, clean input")
            chart(view.chart, "errors")
            if view.table:
                heading("Where the strangers land", "rank if each were alone among the test images")
                st.dataframe(
                    view.table,
                    hide_index=True,
                    column_config={
                        "picture": st.column_config.ImageColumn("", width=50),
                        "stranger": st.column_config.TextColumn("Stranger", width="medium"),
                        "rank": st.column_config.NumberColumn("Rank", format="localized", width=60),
                        "error": st.column_config.NumberColumn("Error", format="%.4f", width=60),
                    },
                )

    live(draw)
