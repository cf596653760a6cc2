"""The lessons: a course in chapters, each predicted first, then run, then compared with what was published."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()
