"""Pinned runs side by side, on the same images."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()
