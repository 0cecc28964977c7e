"""Tests of the whole: the repository, the running product, and a real browser."""
