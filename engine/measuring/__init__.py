"""Measuring colors against known ones. Nothing here is needed to color a photo."""
