"""What is chosen and looked at before the first rep. No Qt."""
