"""The parts of the cores: reading a question, resolving its dates, composing its statement."""
