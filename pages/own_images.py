"""Own images: drawn or uploaded, and from then on images like any other."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    import streamlit as st

    from ui.live import live

    def draw(frame) -> None:
        """Draw what the network makes of them."""
        st.markdown("")

    live(draw)
