"""The window: the only place that knows Qt. Screens paint what ``present`` has made of events."""
