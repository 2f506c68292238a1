"""Makes the copies of a picture that are served; runs as a child with limits of its own.

`python -m labeling.kernel.pictures` reads one JSON request a line and answers one JSON line each,
so that a hostile file can at worst end this process, never the worker.
"""

import contextlib
import io
import json
import logging
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import TypedDict

from PIL import Image, ImageCms, ImageOps

from labeling.kernel import file_kinds
from labeling.kernel.errors import Invalid

log = logging.getLogger(__name__)

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
# What Pillow makes of a JPEG with further pictures behind it (two lenses, a preview): the first
# one is the picture.
SEVERAL = {"MPO": "jpg"}
MAX_BYTES = 50 * 1024**2
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
# A progressive JPEG may hold thousands of empty refinement scans: 198 KB that cost a minute.
MAX_SCANS = 200
# In a JPEG's data: neither a stuffed byte nor a restart, so a segment begins or the picture ends
MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
PREVIEW_SIDE = 480
FEWEST_SIGNS = 8  # of 64 that rise, and that do not
CPU_SECONDS, MEMORY_BYTES, WALL_SECONDS = 10, 2 * 1024**3, 30


class Normalised(TypedDict):
    """Size of the served copy, and the suffix of the original."""

    width: int
    height: int
    suffix: str
    perceptual_hash: int | None


class _Answer(TypedDict, total=False):
    """What the child says: it was made, or there is an error of the file, or a fault of ours."""

    made: Normalised
    error: str
    fault: str


def normalise(source: Path, full: Path, preview: Path) -> Normalised:
    """Write the served copy and the preview; returns width, height and the original's suffix.

    EXIF orientation applied, sRGB, no metadata, first frame only. JPEG stays JPEG, the others
    become PNG. Raises Invalid with the reason in words.
    """
    data = source.read_bytes()
    if len(data) > MAX_BYTES:
        raise Invalid(f"{len(data) / 1024**2:.0f} MB; at most {MAX_BYTES // 1024**2} MB.")
    if data[:2] == b"\xff\xd8" and _scans(data) > MAX_SCANS:
        raise Invalid("This JPEG has too many scans to be a photograph.")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture, suffix = _open(data)
    full_format = "JPEG" if suffix == "jpg" else "PNG"
    _save(picture, full, full_format)
    width, height = picture.size
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    _save(picture, preview, "JPEG")
    return {
        "width": width,
        "height": height,
        "suffix": suffix,
        "perceptual_hash": perceptual_hash(picture),
    }


def _scans(data: bytes) -> int:
    """How many scans a JPEG's first picture has; what follows its end (a film) does not count."""
    count, place = 0, 2
    while found := MARKER.search(data, place):
        kind, place = found[1], found.end()
        if kind == b"\xd9":
            break
        if kind == b"\xda":
            count += 1
        if kind != b"\x01":  # the only one of these without a length
            place += int.from_bytes(data[place : place + 2], "big")
    return count


def perceptual_hash(picture: Image.Image) -> int | None:
    """64 signs, as a signed integer: where brightness rises to the right, on a grid of 9 x 8.

    Nearly alike pictures differ in few of them (difference hash). None for a picture without
    structure, which would be like any other one.
    """
    grid = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    rows = [[int(grid.getpixel((x, y))) for x in range(9)] for y in range(8)]  # type: ignore[arg-type]
    signs = [row[x + 1] > row[x] for row in rows for x in range(8)]
    if not FEWEST_SIGNS <= sum(signs) <= 64 - FEWEST_SIGNS:
        return None
    bits = sum(1 << place for place, sign in enumerate(signs) if sign)
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def _open(data: bytes) -> tuple[Image.Image, str]:
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture = Image.open(io.BytesIO(data), formats=list(FORMATS))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid(f"More than {MAX_PIXELS // 1_000_000} megapixels.") from error
    except MemoryError:
        raise
    except Exception as error:
        raise Invalid(file_kinds.not_a_picture(data[: file_kinds.HEAD])) from error
    suffix = (FORMATS | SEVERAL)[picture.format or ""]
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Invalid(
            f"{width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} megapixels "
            f"and {MAX_SIDE} a side."
        )
    try:
        picture.load()
        return _to_srgb(ImageOps.exif_transpose(picture)), suffix
    except MemoryError:
        raise
    except Exception as error:
        raise Invalid(f"The picture is damaged: {error}") from error


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        # A broken profile is no reason to refuse the picture: its numbers are then taken as sRGB.
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return picture.convert("RGB")


def _save(picture: Image.Image, target: Path, kind: str) -> None:
    temporary = target.with_suffix(target.suffix + ".part")
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    with temporary.open("wb") as file:
        if kind == "JPEG":
            clean.save(file, "JPEG", quality=92)
        else:
            clean.save(file, "PNG", compress_level=3)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)


class Normaliser:
    """The child process, started when first needed and again after a file has ended it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Normaliser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def run(self, source: Path, full: Path, preview: Path) -> Normalised:
        """`normalise` in the child; Invalid also when the file exhausts time or memory.

        Raises OSError or RuntimeError where not the file is to blame: the disk, or a child that
        does not start.
        """
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "labeling.kernel.pictures"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={k: v for k, v in os.environ.items() if "SECRET" not in k},
                cwd=Path(__file__).resolve().parents[2],
            )
        child = self._child
        assert child.stdin is not None
        assert child.stdout is not None
        timer = threading.Timer(WALL_SECONDS, child.kill)
        timer.start()
        try:
            child.stdin.write(json.dumps([str(source), str(full), str(preview)]) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise self._ended(child)
        answer: _Answer = json.loads(line)
        if "fault" in answer:
            raise OSError(answer["fault"])
        if "error" in answer:
            raise Invalid(answer["error"])
        return answer["made"]

    def _ended(self, child: "subprocess.Popen[str]") -> Exception:
        """What to raise for a child that is gone."""
        self._child = None
        with contextlib.suppress(BrokenPipeError):
            child.communicate()
        code = child.returncode
        if code in (-signal.SIGKILL, -signal.SIGXCPU):  # its own timer, the kernel, its CPU limit
            return Invalid("The picture takes too much time or memory to open.")
        if code < 0:
            return Invalid(f"Opening the picture ends the program (signal {-code}).")
        return RuntimeError(f"The program that opens pictures ended with code {code}.")


def _answer(source: Path, full: Path, preview: Path) -> _Answer:
    """What `normalise` returns or, in words, why not: an `error` of the file, a `fault` of ours."""
    try:
        return {"made": normalise(source, full, preview)}
    except Invalid as error:
        return {"error": error.message}
    except MemoryError:
        return {"error": "The picture takes too much memory to open."}
    except OSError as error:  # decoding raises Invalid: this is the disk
        return {"fault": str(error)}
    except Exception as error:
        log.exception("%s", source)
        kind = type(error).__name__
        return {"error": f"The picture cannot be opened; the program's mistake: {kind}: {error}"}


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        answer = _answer(*map(Path, json.loads(line)))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
