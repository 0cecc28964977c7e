"""What live events and imported ones share, pure: URL parts, sources, channels, spam referrers, sessions. No clock."""
