"""Anomalies: test images and strangers among them, ranked by how odd they are to the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import numpy as np
    import streamlit as st

    from aecore import datasets, strangers
    from ui import detection, groups, jobs, judges
    from ui.charts import chart
    from ui.live import live
    from ui.own import fitting
    from ui.pictures import heading, pick
    from ui.sections import SECTIONS, Judged
    from ui.server import server

    def choose_kinds(frame, own) -> tuple[str, ...]:
        """Let choose the strangers; one's own images are among them where there are any."""
        at_hand = dict(strangers.choices(frame.config.dataset))
        if own:
            at_hand["own"] = "Your images"
        chosen = st.pills(
            "Strangers among the test images",
            list(at_hand),
            default=["shoe", "own"] if own else ["shoe"],
            format_func=at_hand.__getitem__,
            selection_mode="multi",
            key=f"anomalies.strangers.{frame.config.dataset}.{bool(own)}",
            persist_state="session",
            width="content",
            help="Images that do not belong: the network has never seen their like.",
        )
        return tuple(sorted(chosen))

    def choose_score() -> str:
        """Let choose the score, a key of `aecore.scores.SCORES`."""
        from aecore.scores import SCORES

        return st.segmented_control(
            "Score",
            list(SCORES),
            default="mean",
            format_func=lambda name: SCORES[name].label,
            required=True,
            key="anomalies.score",
            persist_state="session",
            width="content",
            help=" ".join(f"**{score.label}**: {score.help}" for score in SCORES.values()),
        )

    def choose_end() -> tuple[bool, int]:
        """Let choose the end of the ranking to look at, and how many images."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            end = st.segmented_control(
                "Show first",
                ["Most anomalous", "Least anomalous"],
                default="Most anomalous",
                required=True,
                key="anomalies.end",
                persist_state="session",
                width="content",
                help="The least anomalous are those that the network finds easiest; a stranger "
                "among them is an anomaly that is too easy.",
            )
            most = st.select_slider(
                "Images",
                [12, 24, 36, 60, 120],
                value=24,
                key="anomalies.most",
                persist_state="session",
                width=160,
                help="How many images to show.",
            )
        return end == "Least anomalous", most

    def show_gallery(found, moving) -> None:
        """Draw the gallery, and beside or below it the image that is picked."""
        from aecore.scores import SCORES
        from ui.views import anomalies as views

        least, most = choose_end()
        tiles, ids = views.tiles(found, most, least)
        heading("Ranked images", "rank and score; strangers framed; click one to look closer")
        picked = pick(
            tiles, "anomalies.gallery", "Ranked images", ids, "5.4rem" if least else "4.2rem"
        )
        place = None if picked is None else found.place_of(picked)
        if place is None:
            place = found.place_of(ids[0])
        scores = (found.score,) if moving else tuple(SCORES)
        seen = views.inspected(found, place, scores)
        heading(f"Rank {found.ranks[place]:,}: {seen.title}", "this network, clean input")
        detection.show_inspected(seen)

    def draw(frame) -> None:
        """Draw gallery and histogram, then what else there is to know about the ranking."""
        from ui.views.anomalies import histogram, summary
        from ui.views.detection import scores_csv
        from ui.views.ranking import guests, ranked

        own = fitting()
        moving = server().engine.holders(frame.run.id) > 0
        comparable = datasets.has_pictures(frame.config.dataset, frame.config.data_options)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            score = choose_score()
            ensemble, how = judges.choose_ensemble(frame)
        kinds = choose_kinds(frame, own) if comparable else ()
        members = judges.trained_members(frame, ensemble)
        visitors = guests(frame.data, kinds, own)
        found = ranked(frame, members, score, visitors, how, not ensemble.same_units)
        if not np.isfinite(found.scores).all():
            st.warning(
                "Some scores are not finite numbers at this snapshot: choose an earlier one.",
                icon=":material/error:",
            )
            return
        st.markdown(summary(found))
        left, right = st.columns([1.5, 1], gap="medium")
        with left:
            show_gallery(found, moving)
        with right:
            heading("Scores", "whole test split, clean input")
            threshold = detection.choose_threshold(found)
            chart(histogram(found, threshold), "errors")
            detection.show_verdict(found, threshold)
            st.download_button(
                "Scores as CSV",
                lambda: scores_csv(found),
                file_name=f"scores-{frame.run.id}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                help="One line for each test image and each stranger, with all scores.",
            )
        named = {judges.member_name(member, ensemble): member for member in members}
        show_section(Judged(found, threshold, named, own), comparable)

    def show_section(judged, comparable) -> None:
        """Draw the section that is chosen."""
        offered = [
            name for name, section in SECTIONS.items() if comparable or not section.of_strangers
        ]
        chosen = st.segmented_control(
            "More about this ranking",
            offered,
            default=offered[0],
            format_func=lambda name: SECTIONS[name].label,
            required=True,
            key=f"anomalies.section.{comparable}",
            persist_state="session",
            width="content",
        )
        SECTIONS[chosen].show(judged)

    live(draw, busy=lambda: jobs.waiting() or groups.waiting())
