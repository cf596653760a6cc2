"""What the command line does, a file for each group of commands.

A command takes the parsed arguments and returns an exit status. Results go to standard
output, everything said on the way to standard error.
"""
