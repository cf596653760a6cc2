"""Reconstructions: chosen images, noise of one's own, and PCA beside the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.config import FIELDS
    from aecore.corruption import CORRUPTIONS, Noise
    from aecore.reconstruction import CHOICES
    from ui.live import live
    from ui.pictures import strip

    AS_TRAINED = "as in training"
    A_ROW = 10

    def choose(dataset: str, classes: tuple[str, ...]) -> tuple[str, int | None, int]:
        """Draw the choice of images; return how, which class, and how many."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how = st.segmented_control(
                "Images",
                list(CHOICES),
                default="random",
                format_func=lambda name: CHOICES[name].label,
                required=True,
                key="rec.how",
                persist_state="session",
                width="content",
                help=" ".join(f"{c.label}: {c.help}" for c in CHOICES.values()),
            )
            label = st.selectbox(
                "Class",
                ["all", *classes],
                key=f"rec.class.{dataset}",
                persist_state="session",
                width=150,
                help="Show test images of one class only.",
            )
            count = st.select_slider(
                "Number",
                [A_ROW * k for k in range(1, 7)],
                key="rec.count",
                persist_state="session",
                width=200,
                help="How many images to show, ten in a row.",
            )
            if how == "random":
                st.button("Draw again", icon=":material/casino:", on_click=draw_again)
        return how, (None if label == "all" else classes.index(label)), count

    def draw_again() -> None:
        """Choose other random images."""
        st.session_state["rec.seed"] = st.session_state.get("rec.seed", 0) + 1

    def test_noise(trained: Noise) -> Noise:
        """Draw the choice of test noise, and return it."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            labels = {AS_TRAINED: "As in training"} | {k: c.label for k, c in CORRUPTIONS.items()}
            noise = st.selectbox(
                "Test noise",
                list(labels),
                format_func=labels.__getitem__,
                key="rec.noise",
                persist_state="session",
                width=220,
                help="Noise on the images shown here, apart from the noise in training.",
            )
            if noise == AS_TRAINED:
                return trained
            if noise == "none":
                return Noise("none")
            level = st.select_slider(
                "Level",
                [v for v in FIELDS["noise_level"].stops if v <= CORRUPTIONS[noise].high],
                value=0.3,
                key=f"rec.level.{noise}",
                persist_state="session",
                width=320,
                help=CORRUPTIONS[noise].level_help,
            )
        return Noise(noise, level, trained.clip, trained.shape)

    def draw(frame) -> None:
        """Draw the chosen images in rows of ten."""
        from ui.views import reconstructions as views

        how, label, count = choose(frame.config.dataset, frame.data.classes)
        noise = test_noise(frame.config.corruption)
        seed = st.session_state.get("rec.seed", 0)
        pca = views.baseline(frame.data) is not None
        shown = views.chosen_strips(frame, how, label, count, seed, noise, pca)
        st.markdown(shown.summary)
        for rows in shown.strips:
            strip(rows)

    live(draw)
