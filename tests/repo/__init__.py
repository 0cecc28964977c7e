"""What holds the house together, checked from its files."""
