"""Every sound kind of picture that cameras and tools write is opened, or refused in clear words."""

import io
from pathlib import Path

import pytest
from PIL import Image as Picture
from PIL import ImageCms

from labeling.kernel import pictures
from labeling.kernel.errors import Invalid
from labeling.kernel.pictures import Normaliser, normalise
from tests.uploading import many_scans, picture

RED = (200, 30, 30)


def saved(image: Picture.Image, kind: str, **save) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **save)
    return file.getvalue()


def red(mode: str = "RGB", size=(60, 40)) -> Picture.Image:
    return Picture.new("RGB", size, RED).convert(mode)


def deep(color: int = 40_000) -> Picture.Image:
    return Picture.new("I;16", (60, 40), color)


BLUE = Picture.new("RGB", (60, 40), "blue")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SOUND = {
    "mpo": saved(red(), "MPO", save_all=True, append_images=[BLUE]),
    "cmyk": saved(red("CMYK"), "JPEG", quality=95),
    "progressive": saved(red(), "JPEG", progressive=True),
    "restarts": saved(red(size=(600, 400)), "JPEG", restart_marker_blocks=1),
    "grey jpeg": saved(red("L"), "JPEG"),
    "profile": saved(red(), "JPEG", icc_profile=PROFILE),
    "broken profile": saved(red(), "JPEG", icc_profile=b"no profile at all"),
    "trailing bytes": saved(red(), "JPEG") + b"\0" * 1000,
    "film behind": saved(red(), "JPEG") + b"\0\0\0\x18ftypmp42" + b"\xff\xda\0\x08" * 3000,
    "16-bit png": saved(deep(), "PNG"),
    "16-bit png with a transparent grey": saved(deep(), "PNG", transparency=7),
    "palette": saved(red("P"), "PNG"),
    "palette with transparency": saved(red("P"), "PNG", transparency=3),
    "bytes of transparency": saved(red("P"), "PNG", transparency=bytes([255] * 200 + [0] * 56)),
    "two levels": saved(red("1"), "PNG"),
    "grey and alpha": saved(red("LA"), "PNG"),
    "grey with a transparent level": saved(red("L"), "PNG", transparency=3),
    "colour with a transparent one": saved(red(), "PNG", transparency=(1, 2, 3)),
    "alpha and profile": saved(red("RGBA"), "PNG", icc_profile=PROFILE),
    "animated png": saved(red(), "PNG", save_all=True, append_images=[BLUE]),
    "animated webp": saved(red(), "WEBP", save_all=True, append_images=[BLUE]),
    "lossless webp with alpha": saved(red("RGBA"), "WEBP", lossless=True),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_picture_of_any_usual_kind_is_opened_at_its_first_frame(name, tmp_path: Path):
    (tmp_path / "in").write_bytes(SOUND[name])

    made = normalise(tmp_path / "in", tmp_path / "full", tmp_path / "preview.jpg")

    with Picture.open(tmp_path / "full") as full:
        assert full.mode == "RGB"
        assert full.size == (made["width"], made["height"])
        red_part, _, blue_part = full.getpixel((3, 3))
    assert red_part >= blue_part  # not the second frame


OTHER = {
    "tiff": (saved(red(), "TIFF"), "TIFF or raw camera pictures are not taken; save this"),
    "bmp": (saved(red(), "BMP"), "BMP pictures"),
    "gif": (saved(red("P"), "GIF"), "GIF pictures"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC pictures"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "AVIF pictures"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG pictures"),
    "pdf": (b"%PDF-1.7", "A PDF is not taken"),
    "film": (b"\0\0\0\x18ftypmp42", "A film is not taken"),
    "empty": (b"", "The file is empty"),
    "text": (b"hello", "Not a JPEG, PNG or WebP picture"),
}


@pytest.mark.parametrize("name", OTHER)
def test_another_kind_of_file_is_named_and_what_would_help(name, tmp_path: Path):
    data, reason = OTHER[name]
    (tmp_path / "in").write_bytes(data)
    with pytest.raises(Invalid, match=reason):
        normalise(tmp_path / "in", tmp_path / "full", tmp_path / "preview.jpg")


def test_thousands_of_scans_are_counted_though_an_end_is_written_into_a_segment(tmp_path: Path):
    """A picture's end inside a comment is no end: the decoder reads on."""
    end_in_a_comment = b"\xff\xfe\0\x04\xff\xd9"
    (tmp_path / "in").write_bytes(many_scans(end_in_a_comment))
    with pytest.raises(Invalid, match="too many scans"):
        normalise(tmp_path / "in", tmp_path / "full", tmp_path / "preview.jpg")


def test_a_mistake_of_the_program_is_not_told_as_too_much_time_or_memory(monkeypatch, tmp_path):
    def mistake(*_):
        raise KeyError("MPO")

    monkeypatch.setattr(pictures, "normalise", mistake)
    answer = pictures._answer(tmp_path, tmp_path, tmp_path)
    assert answer == {
        "error": "The picture cannot be opened; the program's mistake: KeyError: 'MPO'"
    }


def test_a_disk_that_cannot_be_written_is_not_the_pictures_fault(tmp_path: Path):
    (tmp_path / "in.jpg").write_bytes(picture())
    with Normaliser() as child, pytest.raises(OSError, match="No such file"):
        child.run(tmp_path / "in.jpg", tmp_path / "gone" / "full", tmp_path / "preview.jpg")


def test_a_child_that_does_not_start_is_not_the_pictures_fault(monkeypatch, tmp_path: Path):
    (tmp_path / "in.jpg").write_bytes(picture())
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(pictures.sys, "executable", "/bin/false")
    with Normaliser() as child, pytest.raises(RuntimeError, match="ended with code 1"):
        child.run(tmp_path / "in.jpg", tmp_path / "full", tmp_path / "preview.jpg")
