"""The four engines: each module says how one is prepared, started and known to answer."""
