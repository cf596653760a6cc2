"""Train: everything on one screen, as it learns."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.language import counted
    from aecore.language import text as _
    from aecore.wording import sentences
    from ui.charts import chart
    from ui.live import Now, live
    from ui.own import fitting
    from ui.pictures import code_table, heading, picture, strip

    def before(now: Now) -> None:
        """Draw what there is to see before the first training."""
        from ui.views import training as views

        config, data = now.config, now.data
        strip(views.preview(config, data, views.newest_own(fitting())))
        task = counted(
            "The network has to squeeze each input into **{count} number** and draw it again from "
            "that alone. Press **Train**, and watch.",
            "The network has to squeeze each input into **{count} numbers** and draw it again from "
            "those alone. Press **Train**, and watch.",
            config.code_size,
        )
        st.info(
            sentences([_(data.spec.description), task]),
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
            things = _(frame.data.spec.things)
            heading(
                _("Loss"),
                _(
                    "{train:,} training and {test:,} test {things}, mean per pixel",
                    train=train,
                    test=test,
                    things=things,
                ),
            )
            for i, figure in enumerate(views.curve_figures(frame, now_epochs())):
                chart(figure, f"loss.{i}")
        with latent:
            heading(
                _("Latent space"), _("codes of {test:,} test {things}", test=test, things=things)
            )
            figure = views.live_scatter(frame, knows_pca(frame.data))
            chart(figure, "latent")
        with filters:
            source, shown, units = views.filter_preview(frame)
            heading(
                _("First-layer filters"),
                _(
                    "{shown} of {units} units; red positive, blue negative",
                    shown=shown,
                    units=units,
                ),
            )
            picture(
                source,
                _("Weights of {shown} first-layer units, in a diverging palette", shown=shown),
            )
        if frame.data.spec.sums_to_one:
            heading(_("Codes"), _("every input, its code, and what comes out"))
            code_table(views.code_table(frame))
        parts = [views.loss_parts(frame, now_epochs())]
        parts += views.about(frame, knows_pca(frame.data))
        parts = [part for part in parts if part]
        columns = st.columns(max(2, len(parts)), gap="medium") if parts else []
        for k, (column, part) in enumerate(zip(columns, parts, strict=False)):
            with column:
                heading(part.label, part.hint)
                chart(part.figure, f"part.{k}")
                st.markdown(part.summary)

    def now_epochs() -> int:
        """Return the epochs to draw the loss charts for."""
        from ui import session

        return session.settings().epochs

    live(draw, before)
