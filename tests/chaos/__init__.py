"""The chaos suite: a running stack, a steady load whose every id is known, and everything that can break, broken."""
