"""The outside: Kafka, Faust, geo databases, the user agent parsers."""
