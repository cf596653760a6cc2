"""What snapshots look like, a module a page: cached by run, step and choices. Imports torch."""
