"""Everything by keys, from the first photo to the end."""

import numpy as np
from PIL import Image

from tests.desktop.program import COLORED, GRAY, colorfulness
from tests.desktop.screen import wait_until


def test_a_photo_is_opened_adjusted_and_saved_by_keys_alone(program, photos):
    source, target = photos / "mother.jpg", photos / "mother-colorized.jpg"
    screen = program.screen
    program.start()
    screen.press("ctrl+o")
    program.wait_for_dialog("Open photos")
    program.choose(source)
    program.wait_for_title("mother.jpg")
    program.wait_for_color()
    screen.press("Tab", "Home")  # to the first slider, and all color away
    wait_until(lambda: program.color_behind() < GRAY, "no color")
    screen.press("ctrl+z")
    program.wait_for_color()
    screen.press("ctrl+s")
    program.wait_for_dialog("Save the colored photo")
    assert not target.exists()
    screen.press("Return")
    wait_until(target.exists, "the result")
    screen.press("ctrl+q")
    program.wait_for_end()
    with Image.open(source) as gray, Image.open(target) as colored:
        assert colored.size == gray.size
        assert colored.mode == "RGB"
        assert colorfulness(np.asarray(colored)) > COLORED
        # Luma is not the lightness that is kept, but near it.
        luma = np.asarray(colored.convert("L"), float), np.asarray(gray.convert("L"), float)
    assert np.corrcoef(luma[0].ravel(), luma[1].ravel())[0, 1] > 0.98
    assert {path.name for path in photos.iterdir()} == {"mother.jpg", "lincoln.jpg", target.name}
