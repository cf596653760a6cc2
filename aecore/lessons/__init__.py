"""The course: chapters that are files, read into lessons, run and measured as experiments are."""
