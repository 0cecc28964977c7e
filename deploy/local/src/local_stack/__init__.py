"""The local stack: four real engines and all services on one machine, without Docker."""
