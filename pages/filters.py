"""Filters: what the units look for, what they draw, and which of them do nothing."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.charts import chart
    from ui.live import live
    from ui.pictures import gallery, heading

    def draw(frame) -> None:
        """Draw the units of a snapshot in the chosen order."""
        from aecore.filters import ORDERS
        from ui.views import filters as views

        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.segmented_control(
                "Show",
                list(views.FILTER_KINDS),
                default="raw",
                format_func=lambda name: views.FILTER_KINDS[name].label,
                required=True,
                key="filters.kind",
                persist_state="session",
                width="content",
                help=" ".join(f"{k.label}: {k.help}" for k in views.FILTER_KINDS.values()),
            )
            order = st.selectbox(
                "Order",
                list(ORDERS),
                format_func=lambda name: ORDERS[name].label,
                key="filters.order",
                persist_state="session",
                width=240,
                help="Which units come first.",
            )
            most = st.select_slider(
                "At most",
                [16, 32, 64, 128, 256, 512],
                value=64,
                key="filters.most",
                persist_state="session",
                width=200,
                help="How many units to show.",
            )
        view = views.filter_view(frame, kind, order, most)
        heading(views.FILTER_KINDS[kind].label, f"{views.FILTER_KINDS[kind].help} {view.scale}")
        st.markdown(view.summary)
        gallery(view.tiles)
        heading("Mean activation", f"over {view.images:,} test images, in the order above")
        chart(view.chart, "activity")

    live(draw)
