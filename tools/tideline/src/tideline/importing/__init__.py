"""Events of the past into ClickHouse: a file of lines in, sessions made of them, each line stored once."""
