"""Lessons: a course in chapters, each predicted first, then run, then compared with the source."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    from ui.lessons import course

    course.draw()
