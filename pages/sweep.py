"""One or two settings over several values: the runs train side by side, and a chart fills in."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from aecore import sweeping
    from ui import session, sweep_queue, sweeps

    sweeps.draw_choice(session.settings())
    faults = sweeps.sweep().faults()
    for fault in faults:
        st.info(fault, icon=":material/tune:")
    if not faults:
        sweep_queue.draw(sweeps.allowed(sweeping.grid(sweeps.sweep(), session.settings())))
