"""The secrets of the days and months in memory: what lives when, where it is shared, and who holds it."""
