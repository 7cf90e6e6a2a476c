"""The color network. Only here and in `engine.training` is torch imported."""
