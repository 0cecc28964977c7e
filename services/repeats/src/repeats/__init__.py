"""repeats: beacons that a client sent again in, those that are not counted yet out."""
