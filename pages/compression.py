"""Compression: codes of a few bits beside the usual formats for pictures."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.live import live

    def draw(frame) -> None:
        """Draw the chart of error against bytes, and the pictures."""
        st.markdown("")

    live(draw)
