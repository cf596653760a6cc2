"""Filters: what the units look for, what they draw, and which of them do nothing."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.choices import keep
    from ui.live import live
    from ui.pictures import gallery, heading

    CHART = {"displaylogo": False, "displayModeBar": False}

    def draw(frame) -> None:  # noqa: ANN001 - a Frame, whose module imports torch
        """Draw the units of a snapshot in the chosen order."""
        from aecore.filters import ORDERS
        from ui import frames

        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = keep(
                st.segmented_control, "Show", "filters.kind", "raw", options=list(frames.FILTER_KINDS),
                format_func=lambda name: frames.FILTER_KINDS[name].label, required=True,
                width="content",
                help=" ".join(f"{k.label}: {k.help}" for k in frames.FILTER_KINDS.values()),
            )  # fmt: skip
            order = keep(
                st.selectbox, "Order", "filters.order", "number", options=list(ORDERS),
                format_func=lambda name: ORDERS[name].label, width=240,
                help="Which units come first.",
            )  # fmt: skip
            most = keep(
                st.select_slider, "At most", "filters.most", 64, options=[16, 32, 64, 128, 256, 512],
                width=200, help="How many units to show.",
            )  # fmt: skip
        view = frames.filter_view(frame, kind, order, most)
        heading(frames.FILTER_KINDS[kind].label, f"{frames.FILTER_KINDS[kind].help} {view.scale}")
        gallery(view.tiles)
        st.markdown(view.summary)
        heading("Mean activation", "over 1,000 test images, in the order above")
        st.plotly_chart(view.chart, key="activity", config=CHART)

    live(draw)
