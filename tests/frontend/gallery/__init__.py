"""Pages that show every component with believable content, for the browser tests."""
