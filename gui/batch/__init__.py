"""The window for whole folders. It is loaded when it is first wanted."""
