"""Dead letters: what they are, what to do about them, and how they get back into the pipeline."""
