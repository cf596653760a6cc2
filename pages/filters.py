"""Filters: what the units look for and answer to, what they draw, and which do nothing."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.language import text as _
    from ui import choices
    from ui.charts import chart
    from ui.jobs import ask_for, waiting
    from ui.live import live
    from ui.own import fitting
    from ui.pictures import gallery, heading, pick

    TEMPLATES = "templates"

    def choose_kind(frame) -> str:
        """Draw the choice between kinds of pictures; templates only where there are classes."""
        from ui.views import filters as views
        from ui.views.templates import LABEL

        labels = {name: _(kind.label) for name, kind in views.FILTER_KINDS.items()}
        if len(frame.data.classes) > 1:
            labels[TEMPLATES] = _(LABEL)
        return st.segmented_control(
            **choices.widget("filters", list(labels), at=str(len(labels))),
            format_func=labels.__getitem__,
            required=True,
            width="content",
        )

    def choose_look(frame, kind):
        """Draw the choice of a layer, and of how its most activating inputs are searched for."""
        from aecore.activation_maximisation import LIMITS
        from ui.views import filters as views

        names = views.layers(frame, kind)
        if len(frame.config.layer_sizes) == 2:  # image and code
            return views.Look(kind)
        which = f"{kind}.{'-'.join(map(str, frame.config.layer_sizes))}"
        layer = st.selectbox(
            **choices.widget("layer", list(names), default=next(iter(names)), at=which),
            format_func=names.__getitem__,
            disabled=len(names) == 1,
            width=190,
        )
        if layer <= 0:
            return views.Look(kind, layer)
        limits = "signed"
        if frame.data.span[0] >= 0:
            limits = st.segmented_control(
                **choices.widget("pixels", list(LIMITS)),
                format_func=lambda name: _(LIMITS[name].label),
                required=True,
                width="content",
            )
        smooth = st.toggle(**choices.widget("smooth"), width="content")
        return views.Look(kind, layer, limits, smooth)

    def choose_order() -> tuple[str, int]:
        """Draw the choice of which units come first, and of how many."""
        from aecore.filters import ORDERS

        order = st.selectbox(
            **choices.widget("order", list(ORDERS)),
            format_func=lambda name: _(ORDERS[name].label),
            width=160,
        )
        most = st.select_slider(**choices.widget("units", [16, 32, 64, 128, 256, 512]), width=140)
        return order, most

    def show(detail) -> None:
        """Draw what is known of a unit: pictures, words, images, classes."""
        with st.container(key="unit"):
            heading(detail.title, detail.hint, focusable=True)
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
                    **choices.gallery(
                        "unit", range(view.total), view.units[0], f"{look.layer}.{view.total}"
                    ),
                    label=view.title,
                    ids=view.units,
                    required=True,
                )
        with right:
            show(unit_detail(frame, look, order, most, unit, fitting()))
        heading(
            _("Mean activation"),
            _(
                "over {images:,} test {things}, in the order above",
                images=view.images,
                things=_(frame.data.spec.things),
            ),
        )
        chart(view.chart, "activity")

    def draw_templates(frame) -> None:
        """Draw a linear classifier's templates, and the picked one in detail."""
        from ui.views import templates as views

        if not views.found(frame):
            ask_for(views.job(frame), _("Fit the linear classifier"), _(views.WHY))
            return
        view = views.template_view(frame)
        left, right = st.columns([1.15, 1], gap="medium")
        with left:
            heading(_(views.LABEL), view.hint)
            st.markdown(view.summary)
            label = pick(
                view.tiles,
                **choices.gallery("template", view.labels, view.labels[0], frame.data.fingerprint),
                label=_(views.LABEL),
                ids=view.labels,
                size="6rem",
                required=True,
            )
        with right:
            show(views.template_detail(frame, label, fitting()))

    live(draw, busy=waiting)
