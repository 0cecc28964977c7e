"""The benchmarks, each in a short version: they run, and what they count is right."""
