"""The kinds of picture files, one file each."""
