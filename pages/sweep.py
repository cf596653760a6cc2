"""One or two settings over several values: the runs train side by side, and a chart fills in."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()
