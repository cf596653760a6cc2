"""Filters: what the units look for and answer to, what they draw, and which do nothing."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.charts import chart
    from ui.jobs import ask_for, waiting
    from ui.live import live
    from ui.own import fitting
    from ui.pictures import gallery, heading, pick

    TEMPLATES = "templates"

    def choose_kind(frame) -> str:
        """Draw the choice between kinds of pictures; templates only where there are classes."""
        from ui.views import filters as views
        from ui.views.templates import HELP, LABEL

        labels = {name: kind.label for name, kind in views.FILTER_KINDS.items()}
        helps = [f"{kind.label}: {kind.help}" for kind in views.FILTER_KINDS.values()]
        if len(frame.data.classes) > 1:
            labels[TEMPLATES] = LABEL
            helps.append(f"{LABEL}: {HELP}")
        return st.segmented_control(
            "Show",
            list(labels),
            default="raw",
            format_func=labels.__getitem__,
            required=True,
            key=f"filters.kind.{len(labels)}",
            persist_state="session",
            width="content",
            help=" ".join(helps),
        )

    def choose_look(frame, kind):
        """Draw the choice of a layer, and of how its most activating inputs are searched for."""
        from aecore.activation_maximisation import LIMITS
        from ui.views import filters as views

        names = views.layers(frame, kind)
        if len(frame.config.layer_sizes) == 2:  # image and code
            return views.Look(kind)
        layer = st.selectbox(
            "Layer",
            list(names),
            format_func=names.__getitem__,
            disabled=len(names) == 1,
            key=f"filters.layer.{kind}.{'-'.join(names.values())}",
            persist_state="session",
            width=190,
            help="Whose units are shown. Only the first layer's weights are pictures; what the "
            "units of deeper layers look for is searched for: choose Most activating input.",
        )
        if layer <= 0:
            return views.Look(kind, layer)
        limits = "signed"
        if frame.data.span[0] >= 0:
            limits = st.segmented_control(
                "Pixels",
                list(LIMITS),
                default="pixels",
                format_func=lambda name: LIMITS[name].label,
                required=True,
                key="filters.limits",
                persist_state="session",
                width="content",
                help=" ".join(f"{entry.label}: {entry.help}" for entry in LIMITS.values()),
            )
        smooth = st.toggle(
            "Smooth",
            value=True,
            key="filters.smooth",
            persist_state="session",
            width="content",
            help="Search among smooth pictures: easier to read, although the unit answers a "
            "little less to them.",
        )
        return views.Look(kind, layer, limits, smooth)

    def choose_order() -> tuple[str, int]:
        """Draw the choice of which units come first, and of how many."""
        from aecore.filters import ORDERS

        order = st.selectbox(
            "Order",
            list(ORDERS),
            format_func=lambda name: ORDERS[name].label,
            key="filters.order",
            persist_state="session",
            width=160,
            help="Which units come first.",
        )
        most = st.select_slider(
            "At most",
            [16, 32, 64, 128, 256, 512],
            value=64,
            key="filters.most",
            persist_state="session",
            width=140,
            help="How many units to show. Inputs of deeper layers are searched for at most 64.",
        )
        return order, most

    def show(detail) -> None:
        """Draw what is known of a unit: pictures, words, images, classes."""
        with st.container(key="unit"):
            heading(detail.title, detail.hint)
            if detail.pictures:
                gallery(detail.pictures, size="6rem")
            st.markdown(detail.words)
            for group in detail.groups:
                heading(group.label, group.hint)
                gallery(group.tiles, size="4rem")
            heading(detail.chart_label, detail.chart_hint)
            chart(detail.chart, "unit.classes")

    def draw(frame) -> None:
        """Draw the chosen kind of pictures, and what the picked one answers to."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = choose_kind(frame)
            if kind != TEMPLATES:
                look, (order, most) = choose_look(frame, kind), choose_order()
        if kind == TEMPLATES:
            draw_templates(frame)
        else:
            draw_units(frame, look, order, most)

    def draw_units(frame, look, order, most) -> None:
        """Draw units as pictures, the picked one in detail, and how active all are."""
        from ui.views import filters as views
        from ui.views.units import unit_detail

        view = views.filter_view(frame, look, order, most)
        left, right = st.columns([1.15, 1], gap="medium")
        with left:
            heading(view.title, view.hint)
            st.markdown(view.summary)
            with st.container(key="units"):
                unit = pick(
                    view.tiles,
                    f"filters.unit.{look.layer}.{view.total}",
                    view.title,
                    view.units,
                    first=view.units[0],
                    required=True,
                )
        with right:
            show(unit_detail(frame, look, order, most, unit, fitting()))
        heading(
            "Mean activation",
            f"over {view.images:,} test {frame.data.spec.things}, in the order above",
        )
        chart(view.chart, "activity")

    def draw_templates(frame) -> None:
        """Draw a linear classifier's templates, and the picked one in detail."""
        from ui.views import templates as views

        if not views.found(frame):
            ask_for(views.job(frame), "Fit the linear classifier", views.WHY)
            return
        view = views.template_view(frame)
        left, right = st.columns([1.15, 1], gap="medium")
        with left:
            heading(views.LABEL, view.hint)
            st.markdown(view.summary)
            label = pick(
                view.tiles,
                f"filters.template.{frame.data.fingerprint}",
                views.LABEL,
                view.labels,
                size="6rem",
                first=view.labels[0],
                required=True,
            )
        with right:
            show(views.template_detail(frame, label, fitting()))

    live(draw, busy=waiting)
