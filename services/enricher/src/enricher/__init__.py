"""Turns envelopes of beacons into envelopes of events: everything known about each, and nobody in it."""
