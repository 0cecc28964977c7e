"""What repeats counts, declared once."""

from prometheus_client import Counter, Gauge

BEACONS = Counter("tideline_repeats_beacons", "Beacons judged, by verdict: new, repeated", ["verdict"])
DEAD = Counter("tideline_repeats_dead", "Records that nobody can open, by reason", ["reason"])
FENCED = Counter("tideline_repeats_fenced", "Judgements that another process had taken over by the time of the commit")
HELD = Gauge("tideline_repeats_held", "1 after the dead-letter limit was passed: nothing is judged until a restart")
WAITING = Gauge("tideline_repeats_waiting", "1 while a judgement waits for this", ["what"])
LAG_SECONDS = Gauge("tideline_repeats_lag_seconds", "Age of the oldest record that is being judged; 0 for none")
