"""Compression: codes of a few bits beside the usual formats for pictures."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import compression
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
            "Bits a code unit",
            offered,
            default=4,
            required=True,
            key="compression.bits",
            persist_state="session",
            width="content",
            help="Every number of a code is rounded to one of 2 to the power of so many levels "
            "between its smallest and largest value over 1,000 training images.",
        )

    def measure_formats(frame) -> None:
        """Have the formats measured, which the data set alone decides."""
        from aecore import format_curves

        config, data = frame.config, frame.data
        see_to(
            Job(
                f"formats/{data.fingerprint}",
                f"Measuring picture formats on {len(format_curves.sample(data)):,} test images",
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
                f"JPEG, JPEG 2000 and WebP hold pictures with pixels from 0 to 1, and these "
                f"{frame.data.spec.things} are none. Codes and PCA stand here alone."
            )
        elif not measured:
            measure_formats(frame)
        for name in compression.FORMATS if storable else ():
            if reason := compression.missing(name):
                st.caption(f"{reason} It is left out.")
        pca = knows_pca(frame.data)
        found = views.comparison(frame, bits, measured, pca)
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            heading("Error against bytes", "lower and further left is better")
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
                    "what": st.column_config.TextColumn("what", width=95),
                    "setting": st.column_config.TextColumn("setting", width=78),
                    "bytes": number("bytes", "Bytes an image, all levels written out."),
                    "MSE": number("MSE", "Mean squared error per pixel.", places=6, width=76),
                    "packed": number(
                        "packed", "Bytes an image that an ideal coder needs for the code."
                    ),
                    "zlib": number("zlib", "Bytes an image that zlib makes of the codes."),
                },
            )
        own = fitting()
        strips = views.pictures(frame, bits, own, measured, pca)
        for title, rows in zip(
            (f"Test {frame.data.spec.things}", "Your own images"), strips, strict=False
        ):
            heading(title, "at about as many bytes; under each its own MSE per pixel")
            strip(rows)
        images = f"{len(sample(frame.data)):,} test {frame.data.spec.things}"
        st.caption(
            f"All numbers are of {images}."
            + (
                " A picture file of one small image is mostly header, so the formats got one "
                "mosaic of all of them, and its bytes are divided."
                if storable
                else ""
            )
        )

    live(draw, busy=waiting)
