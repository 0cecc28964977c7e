"""The parts of the way from a body to a draft, pure."""
