"""Where the files that ship with the program lie."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
MODELS = RESOURCES / "models"
MEASURES = RESOURCES / "measures"
PROFILES = RESOURCES / "profiles"
SAMPLES = RESOURCES / "samples"
TRANSLATIONS = RESOURCES / "translations"
