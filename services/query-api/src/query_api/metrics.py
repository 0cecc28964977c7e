"""What the service says of itself at `/metrics`; declared here, and nowhere else."""

from prometheus_client import Counter, Histogram

ANSWERS = Counter("tideline_query_api_answers", "Answers by route and status", ["route", "status"])
SECONDS = Histogram(
    "tideline_query_api_answer_seconds",
    "Time from a request's arrival to its answer",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30),
)
DIRECTORY_READS_FAILED = Counter(
    "tideline_query_api_directory_reads_failed", "Times that keys and sites could not be read from Postgres"
)
