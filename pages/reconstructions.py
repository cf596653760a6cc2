"""Reconstructions: chosen images, noise of one's own, and PCA beside the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.config import FIELDS
    from aecore.corruption import CORRUPTIONS
    from aecore.reconstruction import CHOICES
    from ui.choices import keep
    from ui.live import live
    from ui.pictures import strip

    AS_TRAINED = "as in training"
    A_ROW = 10

    def choose(classes: tuple[str, ...]) -> tuple[str, int | None, int]:
        """Draw the choice of images; return how, which class, and how many."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how = keep(
                st.segmented_control, "Images", "rec.how", "random",
                options=list(CHOICES), format_func=lambda name: CHOICES[name].label,
                required=True, width="content",
                help=" ".join(f"{c.label}: {c.help}" for c in CHOICES.values()),
            )  # fmt: skip
            names = ["all", *classes]
            label = keep(
                st.selectbox, "Class", "rec.class", "all", options=names, width=150,
                help="Show test images of one class only.",
            )  # fmt: skip
            count = keep(
                st.select_slider, "Number", "rec.count", A_ROW, options=[A_ROW * k for k in range(1, 7)],
                width=200, help="How many images to show, ten in a row.",
            )  # fmt: skip
            if how == "random":
                st.button("Draw again", icon=":material/casino:", on_click=draw_again, width="content")
        return how, (None if label == "all" else names.index(label) - 1), count

    def draw_again() -> None:
        """Choose other random images."""
        st.session_state["rec.seed"] = st.session_state.get("rec.seed", 0) + 1

    def test_noise() -> tuple[str | None, float]:
        """Draw the choice of test noise; return its name (None: as trained) and its level."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            labels = {AS_TRAINED: "As in training"} | {k: c.label for k, c in CORRUPTIONS.items()}
            noise = keep(
                st.selectbox, "Test noise", "rec.noise", AS_TRAINED, options=list(labels),
                format_func=labels.__getitem__, width=220,
                help="Noise on the images shown here, apart from the noise in training.",
            )  # fmt: skip
            if noise in (AS_TRAINED, "none"):
                return (None if noise == AS_TRAINED else noise), 0.0
            stops = [v for v in FIELDS["noise_level"].stops if v <= CORRUPTIONS[noise].high]
            level = keep(
                st.select_slider, "Level", "rec.level", 0.3, options=stops, width=320,
                help=CORRUPTIONS[noise].level_help,
            )  # fmt: skip
        return noise, level

    def draw(frame) -> None:  # noqa: ANN001 - a Frame, whose module imports torch
        """Draw the chosen images in rows of ten."""
        from ui import frames

        how, label, count = choose(frame.data.classes)
        noise, level = test_noise()
        if noise is None:
            noise, level = frame.config.noise, frame.config.noise_level
        seed = st.session_state.get("rec.seed", 0)
        pca = frames.baseline(frame.data) is not None
        shown = frames.chosen_strips(frame, how, label, count, seed, noise, level, pca)
        st.markdown(shown.summary)
        for rows in shown.strips:
            strip(rows)

    live(draw)
