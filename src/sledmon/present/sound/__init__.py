"""What is heard, and when. No Qt."""
