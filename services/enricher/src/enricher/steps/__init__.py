"""What happens to a beacon on its way to an event, one function a decision."""
