"""Compression: codes of a few bits beside the usual formats for pictures."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import compression
    from aecore.language import text as _
    from aecore.wording import sentences
    from ui import choices
    from ui.charts import chart
    from ui.jobs import Job, see_to, waiting
    from ui.live import live
    from ui.own import fitting
    from ui.pictures import heading, strip
    from ui.server import server

    def choose_bits(offered: tuple[int, ...]) -> int:
        """Draw the choice of bits a unit, where there is one."""
        if len(offered) == 1:
            return offered[0]
        return st.segmented_control(
            **choices.widget("bits", offered), required=True, width="content"
        )

    def measure_formats(frame) -> None:
        """Have the formats measured, which the data set alone decides."""
        from aecore import format_curves

        config, data = frame.config, frame.data
        see_to(
            Job(
                f"formats/{data.fingerprint}",
                _(
                    "Measuring picture formats on {count:,} test images",
                    count=len(format_curves.sample(data)),
                ),
                format_curves.measure,
                {
                    "home": str(server().environment.home),
                    "dataset": config.dataset,
                    "options": dict(config.data_options),
                },
            )
        )

    def number(label: str, what: str, places: int = 2, width: int = 60):
        """Return how a column of numbers is shown, points under each other; the CSV has all."""
        return st.column_config.NumberColumn(label, help=what, format=f"%.{places}f", width=width)

    def draw(frame) -> None:
        """Draw the chart of error against bytes, the table, and the pictures."""
        from aecore.format_curves import sample
        from ui.views import compression as views
        from ui.views.frame import knows_pca

        bits = choose_bits(views.bits_of(frame.config.code))
        storable = views.storable(frame)
        measured = storable and views.format_curves_of(frame.data) is not None
        if not storable:
            st.caption(
                _(
                    "JPEG, JPEG 2000 and WebP hold pictures with pixels from 0 to 1, and these "
                    "{things} are none. Codes and PCA stand here alone.",
                    things=_(frame.data.spec.things),
                )
            )
        elif not measured:
            measure_formats(frame)
        for name in compression.FORMATS if storable else ():
            if reason := compression.missing(name):
                st.caption(sentences([reason, _("It is left out.")]))
        pca = knows_pca(frame.data)
        found = views.comparison(frame, bits, measured, pca)
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            heading(_("Error against bytes"), _("lower and further left is better"))
            chart(found.chart, "compression")
        with right:
            st.markdown(found.summary)
            st.dataframe(
                found.table,
                hide_index=True,
                height=330,
                key="compression.table",
                placeholder="–",
                column_config={
                    "what": st.column_config.TextColumn(_("what"), width=95),
                    "setting": st.column_config.TextColumn(_("setting"), width=78),
                    "bytes": number(_("bytes"), _("Bytes an image, all levels written out.")),
                    "MSE": number("MSE", _("Mean squared error per pixel."), places=6, width=76),
                    "packed": number(
                        _("packed"), _("Bytes an image that an ideal coder needs for the code.")
                    ),
                    "zlib": number("zlib", _("Bytes an image that zlib makes of the codes.")),
                },
            )
        own, things = fitting(), _(frame.data.spec.things)
        strips = views.pictures(frame, bits, own, measured, pca)
        for title, rows in zip(
            (_("Test {things}", things=things), _("Your own images")), strips, strict=False
        ):
            heading(title, _("at about as many bytes; under each its own MSE per pixel"))
            strip(rows)
        notes = [
            _(
                "All numbers are of {count:,} test {things}.",
                count=len(sample(frame.data)),
                things=things,
            )
        ]
        if storable:
            notes.append(
                _(
                    "A picture file of one small image is mostly header, so the formats got one "
                    "mosaic of all of them, and its bytes are divided."
                )
            )
        st.caption(sentences(notes))

    live(draw, busy=waiting)
