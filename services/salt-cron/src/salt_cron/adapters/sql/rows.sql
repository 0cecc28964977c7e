SELECT name, wrapped, minted_at FROM tides WHERE name = ANY(%(names)s)
