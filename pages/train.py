"""Train: everything on one screen, as it learns."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.charts import chart
    from ui.live import Now, live
    from ui.own import fitting
    from ui.pictures import code_table, heading, picture, strip

    def before(now: Now) -> None:
        """Draw what there is to see before the first training."""
        from ui.views import training as views

        config, data = now.config, now.data
        strip(views.preview(config, data, views.newest_own(fitting())))
        st.info(
            f"{data.spec.description} The network has to squeeze each input into "
            f"**{config.code_size:,} numbers** and draw it again from those alone. "
            "Press **Train**, and watch.",
            icon=":material/play_circle:",
        )

    def draw(frame) -> None:
        """Draw images, losses, codes and filters of a snapshot."""
        from ui.views import training as views
        from ui.views.frame import knows_pca

        strip(views.live_strip(frame, views.newest_own(fitting())))
        losses, latent, filters = st.columns([1.15, 1.15, 0.9], gap="medium")
        with losses:
            train, test = views.live_counts(frame.data)
            things = frame.data.spec.things
            heading("Loss", f"{train:,} training and {test:,} test {things}, mean per pixel")
            for i, figure in enumerate(views.curve_figures(frame, now_epochs())):
                chart(figure, f"loss.{i}")
        with latent:
            heading("Latent space", f"codes of {test:,} test {things}")
            figure = views.live_scatter(frame, knows_pca(frame.data))
            chart(figure, "latent")
        with filters:
            source, shown, units = views.filter_preview(frame)
            heading("First-layer filters", f"{shown} of {units} units; red positive, blue negative")
            picture(source, f"Weights of {shown} first-layer units, in a diverging palette")
        if frame.data.spec.sums_to_one:
            heading("Codes", "every input, its code, and what comes out")
            code_table(views.code_table(frame))
        parts = [views.loss_parts(frame, now_epochs())]
        parts += views.about(frame, knows_pca(frame.data))
        parts = [part for part in parts if part]
        for column, part in zip(st.columns(max(2, len(parts)), gap="medium"), parts, strict=False):
            with column:
                heading(part.label, part.hint)
                chart(part.figure, f"part.{part.label}")
                st.markdown(part.summary)

    def now_epochs() -> int:
        """Return the epochs to draw the loss charts for."""
        from ui import session

        return session.settings().epochs

    live(draw, before)
