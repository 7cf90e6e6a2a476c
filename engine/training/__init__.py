"""Making the weights. Nothing here is needed to color a photo."""
