"""One look across a shoot: photos of one subject get the colors that one of them has."""
