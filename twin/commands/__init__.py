"""The commands of the command line: arguments only; everything that they do can be called from Python."""
