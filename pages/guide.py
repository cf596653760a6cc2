"""Guide: what every control, picture and number means, and the words of the field."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()

    from ui.guide import page

    page.draw()
