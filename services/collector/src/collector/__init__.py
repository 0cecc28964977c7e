"""Takes what pages say, and answers 202 only once Kafka has it: HTTP in, sealed envelopes out."""
