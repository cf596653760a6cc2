"""The Guide page: what the library explains, what only pages know, and a tour of three steps."""
