"""Making the weights and measuring them. Nothing here is needed to color a photo."""
