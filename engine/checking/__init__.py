"""Checking a result against its original: what of a photo's file came back, and what did not."""
