"""The commands that belong to the tool itself, one file each."""
