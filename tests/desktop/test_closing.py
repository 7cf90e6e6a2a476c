"""The window is closed at bad moments."""

from PIL import Image

from tests.desktop.conftest import BIG
from tests.desktop.program import GRAY
from tests.desktop.screen import wait_until


def close_window(program) -> None:
    """As by the cross in the window's frame: the window manager asks it to close."""
    program.screen.press("alt+F4")


def test_while_the_photo_of_a_second_start_is_colored(program, photos, big_photo):
    program.start(photos / "mother.jpg")
    program.wait_for_color()
    assert program.run(big_photo).wait(20) == 0
    program.wait_for_title("scan.jpg")
    assert list(program.windows) == [program.window]
    close_window(program)
    program.wait_for_end()
    assert [path.name for path in big_photo.parent.iterdir()] == ["scan.jpg"]
    assert not list(program.temporary.iterdir())


def test_while_a_big_photo_is_saved_which_is_finished_first(program, big_photo):
    program.start(big_photo)
    program.wait_for_color()
    program.screen.press("ctrl+s")
    program.wait_for_dialog("Save the colored photo")
    program.screen.press("Return")
    program.wait_for_no_dialog()
    program.screen.press("ctrl+q")
    program.wait_for_end()
    names = {path.name for path in big_photo.parent.iterdir()}
    assert names == {"scan.jpg", "scan-colorized.jpg"}
    with Image.open(big_photo.parent / "scan-colorized.jpg") as image:
        image.load()
        assert image.size == BIG
    assert not list(program.temporary.iterdir())


def test_with_adjustments_that_no_file_has_it_asks_and_saves_them(program, photos):
    program.start(photos / "mother.jpg")
    program.wait_for_color()
    program.screen.press("Tab", "Home")
    wait_until(lambda: program.color_behind() < GRAY, "no color")
    close_window(program)
    program.wait_for_dialog("Photochrom")
    program.screen.press("Escape")  # nothing is lost, and nothing written
    program.wait_for_no_dialog()
    assert program.title.startswith("mother.jpg")
    assert {path.name for path in photos.iterdir()} == {"mother.jpg", "lincoln.jpg"}
    close_window(program)
    program.wait_for_dialog("Photochrom")
    program.screen.press("Return")
    program.wait_for_end()
    assert {path.name for path in photos.iterdir()} == {
        "mother.jpg", "mother-colorized.jpg", "lincoln.jpg",
    }  # fmt: skip
