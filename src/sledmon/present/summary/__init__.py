"""What a session was for each athlete. No Qt."""
