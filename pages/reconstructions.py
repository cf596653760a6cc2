"""Reconstructions: chosen images, noise of one's own, and other models beside the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import datasets
    from ui.groups import waiting
    from ui.live import live
    from ui.own import fitting
    from ui.panels import noise_levels, noise_matrix, side_by_side

    A_ROW = 10
    OWN = "own"
    PANELS = {
        "rows": ("Side by side", side_by_side.draw),
        "levels": ("Noise level", noise_levels.draw),
        "matrix": ("Noise matrix", noise_matrix.draw),
    }
    PANELS_HELP = (
        "Side by side: this run, PCA and other runs on the same images. Noise level: one slider "
        "from clean to spoiled. Noise matrix: noise in training against noise at test time."
    )

    def choose(frame, many: bool) -> tuple[int, ...]:
        """Draw the choice of images, of how many where that is open; return their places."""
        from aecore.reconstruction import CHOICES
        from ui.views.reconstructions import places

        data, count = frame.data, A_ROW
        pictures = datasets.has_pictures(data.name, data.options)
        labels = {name: choice.label for name, choice in CHOICES.items()}
        if pictures:
            labels[OWN] = "Own"
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how = st.segmented_control(
                "Images",
                list(labels),
                default="random",
                format_func=labels.__getitem__,
                required=True,
                key=f"rec.how.{pictures}",
                persist_state="session",
                width="content",
                help=" ".join(f"{c.label}: {c.help}" for c in CHOICES.values())
                + (" Own: those from the page Own images." if pictures else ""),
            )
            if how != OWN:
                label = st.selectbox(
                    "Class",
                    ["all", *data.classes],
                    key=f"rec.class.{data.name}",
                    persist_state="session",
                    width=150,
                    help="Show test images of one class only.",
                )
            if many:
                count = st.select_slider(
                    "Number",
                    [A_ROW * k for k in range(1, 7)],
                    key="rec.count",
                    persist_state="session",
                    width=200,
                    help="How many images to show, ten in a row.",
                )
            if how != OWN and CHOICES[how].drawn:
                st.button("Draw again", icon=":material/casino:", on_click=draw_again)
        if how == OWN:
            first = len(data.test_images)
            return tuple(range(first, first + min(count, len(fitting()))))
        wanted = None if label == "all" else data.classes.index(label)
        return places(frame, how, wanted, count, st.session_state.get("rec.seed", 0))

    def draw_again() -> None:
        """Choose other random images."""
        st.session_state["rec.seed"] = st.session_state.get("rec.seed", 0) + 1

    def draw(frame) -> None:
        """Draw the choices, then the panel that was chosen."""
        panel = st.segmented_control(
            "Show",
            list(PANELS),
            default="rows",
            format_func=lambda name: PANELS[name][0],
            required=True,
            key="rec.panel",
            persist_state="session",
            label_visibility="collapsed",
            help=PANELS_HELP,
        )
        found = choose(frame, panel == "rows")
        if found:
            PANELS[panel][1](frame, found, fitting())
        elif st.session_state.get("rec.how.True") == OWN:
            st.info("There are no images of your own yet. Draw or upload some on **Own images**.")
        else:
            st.info("There is no such test image.")

    live(draw, busy=waiting)
