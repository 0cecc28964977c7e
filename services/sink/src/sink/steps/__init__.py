"""The parts of the core: which sections of an envelope are new, and how events become columns."""
