"""Files in and out: reading a photo, measuring its lightness, naming and writing its result."""
