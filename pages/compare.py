"""Compare: pinned runs side by side, on the same images and at the same epoch."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    from ui.compared import compare, moving
    from ui.live import beside

    beside(compare, busy=moving)
