"""Makes links for a class: what is hidden, locked, limited, and where it begins."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()
