"""Rebuilds days of session rows from events and swaps them in; what is not built is folded when it is asked for."""
