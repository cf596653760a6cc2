"""Latent space: a map of the codes of test images, what is behind each place, and what to try."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore.language import text as _
    from ui import choices
    from ui import own as own_images
    from ui.charts import chart
    from ui.jobs import waiting
    from ui.latent_map import latent_map
    from ui.layouts import about_layout, ask_for_layout, choose_layout, layout_to_show
    from ui.live import live
    from ui.panels import PANELS
    from ui.pictures import heading, strip

    MOST_SHOWN = 40

    def draw(frame) -> None:
        """Draw the map, the picked images, and one of the panels."""
        from ui.views import latent as views

        layout = choose_layout(frame)
        shown = layout_to_show(frame, layout)
        if shown != layout:
            ask_for_layout(frame, layout)
        own = own_images.fitting()
        picked: tuple[int, ...] = ()
        flat = shown.dimensions == 2
        if flat:
            picked = latent_map(frame, shown, own)
        else:
            turn(frame, shown)
        about_layout(frame, shown, views.laid_out(frame, shown))
        if flat:
            show_picked(frame, picked, own)
        explore(frame, picked, own)

    def turn(frame, layout) -> None:
        """Draw points in three dimensions."""
        from ui.views import latent as views
        from ui.views.frame import knows_pca

        figure = views.latent_figure(frame, layout, knows_pca(frame.data))
        chart(figure, f"latent.{layout.method}.3", zoom=True)
        st.markdown(
            _(
                "Drag to turn the points, scroll to come closer. Images are picked, and places "
                "decoded, on the map in 2-D."
            )
        )

    def show_picked(frame, picked, own) -> None:
        """Draw the picked images and their reconstructions."""
        from ui.views import latent_map as views

        if not picked:
            st.caption(
                _(
                    "Click a point to pick its image; the last two are kept, a second click lets "
                    "go. Drag to move, turn the wheel to zoom; with Shift, a rectangle picks many."
                )
            )
            return
        title = _("{count} picked", count=len(picked))
        if len(picked) > MOST_SHOWN:
            title = _(
                "{count} picked, the first {shown} shown", count=len(picked), shown=MOST_SHOWN
            )
        heading(
            title,
            _("images and their reconstructions, without noise"),
        )
        for rows in views.picked_rows(frame, picked[:MOST_SHOWN], own):
            strip(rows)

    def explore(frame, picked, own) -> None:
        """Draw the panel that is chosen."""
        name = st.segmented_control(
            **choices.widget("explore", list(PANELS)),
            format_func=lambda name: _(PANELS[name].title),
            required=True,
        )
        st.caption(_(PANELS[name].help))
        PANELS[name].draw(frame, picked, own)

    live(draw, busy=waiting)
