"""Sizes and ages that every entrance holds beacons to; Plausible's where it has one."""

MAX_BODY_BYTES = 64 * 1024
MAX_URL_BYTES = 2_000
MAX_REFERRER_BYTES = 2_000
MAX_NAME_CHARS = 120
MAX_PROPS = 30
MAX_PROP_KEY_BYTES = 300
MAX_PROP_VALUE_BYTES = 2_000
MAX_AGE_MS = 48 * 3_600 * 1_000
MAX_ENGAGEMENT_MS = 30 * 24 * 3_600 * 1_000

SESSION_TIMEOUT_MS = 30 * 60 * 1_000
SECRET_LIFE_AFTER_DAY_S = 48 * 3_600
"""Salts and day keys vanish this long after the end of their UTC day."""

MAX_ENVELOPE_BEACONS = 500
MAX_ENVELOPE_BYTES = 768 * 1024
