"""What fills the middle of the window: the picture, and what is said over it or in its place."""
