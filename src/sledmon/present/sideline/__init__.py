"""What happens at the sideline while a session runs, what the coach does, what is shown. No Qt."""
