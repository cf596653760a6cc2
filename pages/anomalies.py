"""Anomalies: test images and strangers among them, ranked by how odd they are to the network."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import numpy as np
    import streamlit as st

    from aecore import datasets, strangers
    from aecore.language import marked
    from aecore.language import text as _
    from ui import choices, detection, groups, jobs, judges
    from ui.charts import chart
    from ui.live import live
    from ui.own import fitting
    from ui.pictures import heading, pick
    from ui.sections import SECTIONS, Judged
    from ui.server import server

    ENDS = {"most": marked("Most anomalous"), "least": marked("Least anomalous")}

    def choose_kinds(frame, own) -> tuple[str, ...]:
        """Let choose the strangers; one's own images are among them where there are any."""
        labels = strangers.choices(frame.config.dataset)
        at_hand = {name: _(label) for name, label in labels.items()}
        if own:
            at_hand["own"] = _("Your images")
        usual, which = ["shoe", "own"] if own else ["shoe"], f"{frame.config.dataset}.{bool(own)}"
        chosen = st.pills(
            **choices.widget("strangers", list(at_hand), default=usual, at=which),
            format_func=at_hand.__getitem__,
            selection_mode="multi",
            width="content",
        )
        return tuple(sorted(chosen))

    def choose_score() -> str:
        """Let choose the score, a key of `aecore.scores.SCORES`."""
        from aecore.scores import SCORES

        return st.segmented_control(
            **choices.widget("score", list(SCORES)),
            format_func=lambda name: _(SCORES[name].label),
            required=True,
            width="content",
        )

    def choose_end() -> tuple[bool, int]:
        """Let choose the end of the ranking to look at, and how many images."""
        with st.container(horizontal=True, vertical_alignment="bottom"):
            end = st.segmented_control(
                **choices.widget("end", list(ENDS)),
                format_func=lambda name: _(ENDS[name]),
                required=True,
                width="content",
            )
            most = st.select_slider(**choices.widget("ranked", [12, 24, 36, 60, 120]), width=160)
        return end == "least", most

    def show_gallery(found, moving) -> None:
        """Draw the gallery, and beside or below it the image that is picked."""
        from aecore.scores import SCORES
        from ui.views import anomalies as views

        least, most = choose_end()
        tiles, ids = views.tiles(found, most, least)
        heading(_("Ranked images"), _("rank and score; strangers framed; click one to look closer"))
        picked = pick(
            tiles,
            **choices.gallery("image", found.ids, None),
            label=_("Ranked images"),
            ids=ids,
            size="5.4rem" if least else "4.2rem",
        )
        place = None if picked is None else found.place_of(picked)
        if place is None:
            place = found.place_of(ids[0])
        scores = (found.score,) if moving else tuple(SCORES)
        seen = views.inspected(found, place, scores)
        heading(
            _("Rank {rank:,}: {title}", rank=found.ranks[place], title=seen.title),
            _("this network, clean input"),
        )
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
                _("Some scores are not finite numbers at this snapshot: choose an earlier one."),
                icon=":material/error:",
            )
            return
        st.markdown(summary(found))
        left, right = st.columns([1.5, 1], gap="medium")
        with left:
            show_gallery(found, moving)
        with right:
            heading(_("Scores"), _("whole test split, clean input"))
            threshold = detection.choose_threshold(found)
            chart(histogram(found, threshold), "errors")
            detection.show_verdict(found, threshold)
            st.download_button(
                _("Scores as CSV"),
                lambda: scores_csv(found),
                file_name=f"scores-{frame.run.id}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                help=_("One line for each test image and each stranger, with all scores."),
            )
        named = {judges.member_name(member, ensemble): member for member in members}
        show_section(Judged(found, threshold, named, own), comparable)

    def show_section(judged, comparable) -> None:
        """Draw the section that is chosen."""
        offered = [
            name for name, section in SECTIONS.items() if comparable or not section.of_strangers
        ]
        chosen = st.segmented_control(
            **choices.widget("section", offered, default=offered[0], at=str(comparable)),
            format_func=lambda name: _(SECTIONS[name].label),
            required=True,
            width="content",
        )
        SECTIONS[chosen].show(judged)

    live(draw, busy=lambda: jobs.waiting() or groups.waiting())
