"""Train: everything on one screen, as it learns."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.live import Now, live
    from ui.pictures import heading, picture, strip

    def before(now: Now) -> None:
        """Draw what there is to see before the first training."""
        from ui.views import training as views

        config, data = now.config, now.data
        strip(views.originals(config.dataset, data))
        if config.noise != "none":
            noise = config.noise, config.noise_level, config.seed
            strip(views.noisy_preview(config.dataset, *noise, data))
        st.info(
            f"These are images the network will never be trained on. It has to squeeze each one "
            f"into **{config.bottleneck} numbers** and draw it again from those alone. "
            f"Press **Train**, and watch.",
            icon=":material/play_circle:",
        )

    def draw(frame) -> None:
        """Draw images, losses, codes and filters of a snapshot."""
        from ui.views import training as views

        strip(views.live_strip(frame))
        losses, latent, filters = st.columns([1.15, 1.15, 0.9], gap="medium")
        with losses:
            train, test = views.live_counts(frame.data)
            heading("Loss", f"{train:,} training and {test:,} test images, mean per pixel")
            for i, figure in enumerate(views.curve_figures(frame, now_epochs())):
                st.plotly_chart(figure, key=f"loss.{i}", config=CHART)
        with latent:
            heading("Latent space", f"codes of {test:,} test images")
            figure = views.live_scatter(frame, views.baseline(frame.data) is not None)
            st.plotly_chart(figure, key="latent", config=CHART)
        with filters:
            source, shown, units = views.filter_preview(frame)
            heading("First-layer filters", f"{shown} of {units} units; red positive, blue negative")
            picture(source, f"Weights of {shown} first-layer units, in a diverging palette")

    def now_epochs() -> int:
        """Return the epochs to draw the loss charts for."""
        from ui import session

        return session.settings().epochs

    CHART = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}
    live(draw, before)
