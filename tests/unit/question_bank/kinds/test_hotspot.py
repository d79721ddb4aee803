"""Hotspots: areas inside the picture, drawn where they are, and pictures whose size is read from the file."""

import struct
from typing import Any

import pytest

from lms_carbon.question_bank.kinds.errors import ContentShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.pictures import picture_size
from tests.unit.question_bank.contents import RAW, content

HOTSPOT = KINDS["hotspot"]
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480)
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"\0" * 14 + b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, 480, 640)
)
VP8X = b"RIFF____WEBPVP8X" + b"\0" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
VP8L = b"RIFF____WEBPVP8L____\x2f" + (639 | 479 << 14).to_bytes(4, "little")
VP8 = b"RIFF____WEBPVP8 ____" + b"\0" * 6 + struct.pack("<HH", 640, 480)


@pytest.mark.parametrize("head", [PNG, GIF, JPEG + b"\0" * 9, VP8X, VP8L, VP8])
def test_a_picture_says_its_size(head: bytes) -> None:
    assert picture_size(head) == (640, 480)


@pytest.mark.parametrize(
    "head", [b"", PNG[:20], b"\xff\xd8" + b"\xff" * 40, b"\xff\xd8\xff\xe0\0\0" * 20, b"<svg>", PNG[:16] + b"\0" * 8]
)
def test_what_is_no_picture_has_no_size(head: bytes) -> None:
    assert picture_size(head) is None


@pytest.mark.parametrize(
    ("shape", "coords", "ok"),
    [
        ("rect", [0, 0, 200, 100], True),
        ("rect", [0, 0, 201, 100], False),
        ("rect", [5, 5, 5, 9], False),
        ("rect", [5, 5, 9], False),
        ("circle", [50, 50, 50], True),
        ("circle", [50, 50, 51], False),
        ("circle", [50, 50, 0], False),
        ("polygon", [0, 0, 9, 0, 9, 9], True),
        ("polygon", [0, 0, 9, 0], False),
        ("polygon", [0, 0, 9, 0, 9], False),
    ],
)
def test_areas_lie_in_the_picture(shape: str, coords: list[int], ok: bool) -> None:
    area = {"id": "z", "shape": shape, "coords": coords, "label": {"zh": "丁", "en": "D"}}
    example = content("hotspot", size=[200, 100], areas=[*RAW["hotspot"]["areas"], area])
    found = [problem.field for problem in HOTSPOT.check_content(example) if problem.blocking]
    assert found == ([] if ok else ["area-z-coords"])
    HOTSPOT.candidate_view(example, "en")


@pytest.mark.parametrize("size", [[200], [], [200, 100, 1], [0, 100], [200, -1], ["200", "100"]])
def test_a_size_is_two_sides(size: list[Any]) -> None:
    with pytest.raises(ContentShapeError):
        content("hotspot", size=size)


def test_areas_are_drawn_where_they_are() -> None:
    view: Any = HOTSPOT.candidate_view(content("hotspot", size=[200, 100]), "en")
    assert (view.width, view.height, view.alt) == (200, 100, "Plan of a works")
    boxes = [(spot.letter, spot.shape, spot.x, spot.y, spot.width, spot.height) for spot in view.spots]
    assert boxes == [("A", "rect", 10, 10, 50, 30), ("B", "circle", 100, 40, 40, 40), ("C", "polygon", 70, 70, 20, 20)]
    assert view.spots[2].points == "70,70 90,70 80,90"


def test_names_tell_areas_apart_for_who_picks_from_the_list() -> None:
    areas = [{**area, "label": {"zh": "同名", "en": area["id"]}} for area in RAW["hotspot"]["areas"]]
    fields = [problem.field for problem in HOTSPOT.check_content(content("hotspot", areas=areas)) if problem.blocking]
    assert fields == ["areas"]


def test_wrong_picks_take_off() -> None:
    example = content("hotspot")
    earned = {tuple(picked): HOTSPOT.score(example, picked, 1000).earned for picked in (["a"], ["a", "b"], ["b"])}
    assert earned == {("a",): 500, ("a", "b"): 250, ("b",): 0}
