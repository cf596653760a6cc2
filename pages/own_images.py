"""Own images: drawn or uploaded, and from then on images like any other."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import datasets
    from aecore.language import text as _
    from ui import own, session
    from ui.live import live
    from ui.own_desk import collection, elsewhere, look, reports, subject, upload
    from ui.pad import pad
    from ui.pictures import heading

    def draw(frame) -> None:
        """Draw the pad, and what the network makes of what is on it."""
        desk(frame.data, frame)

    def before(now) -> None:
        """Draw the pad, and how a network will see what is on it."""
        st.info(
            _(
                "Draw or bring images now if you like. Press **Train**, and see what a network "
                "makes of them."
            ),
            icon=":material/play_circle:",
        )
        desk(now.data, None)

    def desk(data, frame) -> None:
        """Draw pad, files and collection, and one picture looked at closely."""
        config = session.settings()
        if not datasets.has_pictures(config.dataset, config.data_options):
            st.info(
                _(
                    "The values of these {things} mean something else than black to white, so your "
                    "images cannot be put among them. Choose the digits or MNIST, and draw. What "
                    "you brought is kept.",
                    things=_(data.spec.things),
                ),
                icon=":material/image_not_supported:",
            )
            return
        left, right = st.columns([1, 1.7], gap="medium")
        with left:
            heading(_("Draw"), _("with mouse, finger or pen; each stroke is looked at"))
            pad()
            st.button(
                _("Add to your images"),
                icon=":material/add:",
                type="primary",
                disabled=own.drawn() is None,
                on_click=own.add_drawing,
                key="own.add",
                help=_("Keeps the drawing, for all pages, and empties the pad."),
            )
        upload()
        reports()
        picked = collection(data)
        with right:
            look(frame, data, subject(picked))
        if len(own.own_images()):
            elsewhere()

    live(draw, before)
