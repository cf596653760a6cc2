"""Reconstructions: chosen images, noise of one's own, and other models beside the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import datasets
    from aecore.language import marked
    from aecore.language import text as _
    from ui import choices
    from ui.groups import waiting
    from ui.live import live
    from ui.own import fitting
    from ui.panels import noise_levels, noise_matrix, side_by_side

    A_ROW = 10
    DRAWS = range(10**6)
    OWN = "own"
    PANELS = {
        "rows": (marked("Side by side"), side_by_side.draw),
        "levels": (marked("Noise level"), noise_levels.draw),
        "matrix": (marked("Noise matrix"), noise_matrix.draw),
    }

    def choose(frame, many: bool) -> tuple[int, ...]:
        """Draw the choice of images, of how many where that is open; return their places."""
        from aecore.reconstruction import CHOICES
        from ui.views.frame import class_names
        from ui.views.reconstructions import places

        data, count = frame.data, A_ROW
        pictures = datasets.has_pictures(data.name, data.options)
        labels = {name: _(choice.label) for name, choice in CHOICES.items()}
        if pictures:
            labels[OWN] = _("Own")
        classes = {"all": _("all"), **dict(zip(data.classes, class_names(data), strict=True))}
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how = st.segmented_control(
                **choices.widget("images", list(labels), at=str(pictures)),
                format_func=labels.__getitem__,
                required=True,
                width="content",
            )
            if how != OWN:
                label = st.selectbox(
                    **choices.widget("class", list(classes), at=data.name),
                    format_func=classes.__getitem__,
                    width=150,
                )
            if many:
                count = st.select_slider(
                    **choices.widget("count", [A_ROW * k for k in range(1, 7)]), width=200
                )
            if how != OWN and CHOICES[how].drawn:
                st.button(_("Draw again"), icon=":material/casino:", on_click=draw_again)
        if how == OWN:
            first = len(data.test_images)
            return tuple(range(first, first + min(count, len(fitting()))))
        wanted = None if label == "all" else data.classes.index(label)
        return places(frame, how, wanted, count, choices.chosen("draw", DRAWS))

    def draw_again() -> None:
        """Choose other random images."""
        choices.hold("draw", choices.chosen("draw", DRAWS) + 1)

    def draw(frame) -> None:
        """Draw the choices, then the panel that was chosen."""
        panel = st.segmented_control(
            **choices.widget("show", list(PANELS)),
            format_func=lambda name: _(PANELS[name][0]),
            required=True,
            label_visibility="collapsed",
        )
        found = choose(frame, panel == "rows")
        if found:
            PANELS[panel][1](frame, found, fitting())
        elif st.session_state.get(choices.key("images", "True")) == OWN:
            st.info(
                _("There are no images of your own yet. Draw or upload some on **Own images**.")
            )
        else:
            st.info(_("There is no such test image."))

    live(draw, busy=waiting)
