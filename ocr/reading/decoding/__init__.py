"""Rows of candidate letters -> text."""
