"""What every control, picture and number means."""

if __name__ == "__main__":
    from ui.shell import shell

    shell()
