"""Drawn scenes for the demo: boats, houses and trees with their exact boxes, from a seed alone."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from labeling.kernel.boxes import Box

CLASSES = ("boat", "house", "tree")  # class_id of a box = index here
SIZE = (320, 240)  # width, height
MOST_OBJECTS = 6
_FINE = 3  # drawn this many times larger, then shrunk: smooth edges without an extra library

Point = tuple[float, float]
Colour = tuple[int, int, int]

_SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((112, 178, 232), (214, 236, 250)),  # noon
    ((246, 178, 122), (253, 228, 190)),  # evening
    ((150, 164, 182), (212, 218, 224)),  # overcast
    ((120, 196, 200), (236, 244, 222)),  # morning
)
_MEADOWS: tuple[Colour, ...] = ((132, 186, 92), (168, 184, 96), (98, 160, 98), (204, 184, 128))
_WATERS: tuple[Colour, ...] = ((72, 138, 186), (64, 150, 160), (104, 148, 190))
_PAINTS: tuple[Colour, ...] = (
    (206, 72, 62),
    (240, 176, 60),
    (70, 104, 168),
    (244, 240, 230),
    (150, 96, 64),
    (96, 74, 130),
)
_WALLS: tuple[Colour, ...] = (
    (244, 232, 206),
    (226, 188, 150),
    (206, 214, 222),
    (236, 206, 118),
    (196, 122, 104),
)
_CROWNS: tuple[Colour, ...] = ((52, 118, 62), (86, 142, 54), (38, 98, 84), (196, 128, 48))


def draw(seed: int, index: int) -> tuple[Image.Image, list[Box]]:
    """Scene `index` of the endless set `seed`: an RGB picture of SIZE and its 0 to 6 true boxes.

    The same pair always gives the same pixels and boxes. Boxes are the extremes of what was drawn,
    in pixels, inside the picture; no object hides more than a small part of another.
    """
    rng = np.random.default_rng([seed, index])
    pen = _Pen(rng)
    width, height = SIZE
    horizon = height * rng.uniform(0.26, 0.40)
    shore = height * (rng.uniform(0.60, 0.76) if rng.random() < 0.8 else 1.0)
    _background(pen, horizon, shore)
    for clutter, low, high in (
        (_bush, horizon + 12, shore),
        (_rock, horizon + 12, height),
        (_fence, horizon + 20, shore),
    ):
        for _ in range(int(rng.integers(0, 4))):
            if high - low > 12:
                clutter(pen, rng.uniform(0, width), rng.uniform(low, high), rng.uniform(8, 20))
    placed: list[tuple[float, int, float, float]] = []
    frames: list[tuple[float, float, float, float]] = []
    for _ in range(int(rng.integers(0, MOST_OBJECTS + 1))):
        for _attempt in range(12):
            kind = int(rng.integers(0, 3)) if shore < height else int(rng.integers(1, 3))
            low, high = (shore + 10, height - 4) if kind == 0 else (horizon + 18, shore - 2)
            base = rng.uniform(low, min(high, height - 4))
            # Nearer things are larger, as the eye expects.
            tall = (26 + 64 * (base - horizon) / (height - horizon)) * rng.uniform(0.8, 1.25)
            x = rng.uniform(0.45 * tall, width - 0.45 * tall)
            frame = (x - tall / 2, base - tall, x + tall / 2, base)
            if base - tall > 2 and all(_apart(frame, other) for other in frames):
                frames.append(frame)
                placed.append((base, kind, x, tall))
                break
    boxes: list[Box] = []
    for base, kind, x, tall in sorted(placed):  # far things first
        pen.start()
        _OBJECTS[kind](pen, x, base, tall)
        x1, y1, x2, y2 = pen.extremes()
        boxes.append(
            {
                "class_id": kind,
                "x1": max(0.0, round(x1, 1)),
                "y1": max(0.0, round(y1, 1)),
                "x2": min(float(width), round(x2, 1)),
                "y2": min(float(height), round(y2, 1)),
            }
        )
    return pen.picture(), boxes


class _Pen:
    """Draws in picture pixels on a larger sheet and remembers how far the strokes reached."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.sheet = Image.new("RGB", (SIZE[0] * _FINE, SIZE[1] * _FINE))
        self.canvas = ImageDraw.Draw(self.sheet)
        self.start()

    def start(self) -> None:
        """Forget earlier strokes: what follows is one object."""
        self.points: list[Point] = []

    def extremes(self) -> tuple[float, float, float, float]:
        """x1 y1 x2 y2 of all strokes since start, in pixels."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def picture(self) -> Image.Image:
        """The finished scene with a little film grain."""
        small = np.asarray(self.sheet.resize(SIZE, Image.Resampling.BOX), np.float32)
        grain = self.rng.normal(0, 3.0, (SIZE[1], SIZE[0], 1)).astype(np.float32)
        return Image.fromarray(np.clip(small + grain, 0, 255).astype(np.uint8))

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self.points += points
        self.canvas.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=colour)

    def ellipse(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        self.points += [(x1, y1), (x2, y2)]
        self.canvas.ellipse([v * _FINE for v in (x1, y1, x2, y2)], fill=colour)

    def rectangle(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        self.polygon([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], colour)

    def pick(self, colours: tuple[Colour, ...], spread: float = 14) -> Colour:
        """One of the colours, a little off."""
        chosen = np.array(colours[int(self.rng.integers(len(colours)))])
        red, green, blue = np.clip(chosen + self.rng.normal(0, spread, 3), 0, 255).astype(int)
        return int(red), int(green), int(blue)


def _background(pen: _Pen, horizon: float, shore: float) -> None:
    rng, (width, height) = pen.rng, SIZE
    top, bottom = _SKIES[int(rng.integers(len(_SKIES)))]
    ramp = np.linspace(0, 1, height * _FINE)[:, None, None] ** 0.8
    sky = (1 - ramp) * np.array(top) + ramp * np.array(bottom)
    pen.sheet.paste(
        Image.fromarray(np.broadcast_to(sky, (height * _FINE, width * _FINE, 3)).astype(np.uint8))
    )
    if rng.random() < 0.5:
        x, y, r = rng.uniform(20, 300), rng.uniform(14, horizon * 0.7), rng.uniform(8, 16)
        pen.ellipse(x - r, y - r, x + r, y + r, (255, 240, 190))
    for _ in range(int(rng.integers(0, 5))):
        x, y, r = rng.uniform(0, width), rng.uniform(8, horizon * 0.8), rng.uniform(6, 14)
        for shift in (-1.1, 0.0, 1.2):
            grow = r * (1.2 if shift == 0 else 0.8)
            pen.ellipse(
                x + shift * r - grow,
                y - grow * 0.6,
                x + shift * r + grow,
                y + grow * 0.6,
                (250, 250, 250),
            )
    for shade in (0.72, 0.86):  # two chains of hills
        hill = pen.pick(((110, 140, 150), (120, 150, 110), (150, 130, 140)), 8)
        colour = (int(hill[0] * shade + 40), int(hill[1] * shade + 40), int(hill[2] * shade + 40))
        phase, high = rng.uniform(0, 6), rng.uniform(8, 30) * (1.5 - shade)
        line = [
            (float(x), horizon - high * (1 + math.sin(x / 38 / shade + phase)) / 2)
            for x in range(0, width + 8, 8)
        ]
        pen.polygon([(0.0, float(height)), *line, (float(width), float(height))], colour)
    meadow = pen.pick(_MEADOWS, 10)
    pen.rectangle(0, horizon, width, height, meadow)
    for _ in range(int(rng.integers(10, 40))):
        x, y, r = rng.uniform(0, width), rng.uniform(horizon, height), rng.uniform(2, 16)
        tint = int(rng.integers(-14, 15))
        pen.ellipse(
            x - 2 * r,
            y - r / 3,
            x + 2 * r,
            y + r / 3,
            (meadow[0] + tint, meadow[1] + tint, meadow[2] + tint),
        )
    if shore < height:
        water = pen.pick(_WATERS, 8)
        wave = [
            (float(x), shore + 3 * math.sin(x / 30 + 6 * shore)) for x in range(0, width + 8, 8)
        ]
        pen.polygon([(0.0, float(height)), *wave, (float(width), float(height))], water)
        for _ in range(int(rng.integers(8, 30))):
            x, y, r = rng.uniform(0, width), rng.uniform(shore + 5, height), rng.uniform(4, 20)
            pen.rectangle(
                x - r, y, x + r, y + 1, (water[0] + 34, water[1] + 34, min(255, water[2] + 34))
            )
    pen.sheet = pen.sheet.filter(ImageFilter.GaussianBlur(_FINE * 0.6))
    pen.canvas = ImageDraw.Draw(pen.sheet)


def _apart(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return wide <= 0 or high <= 0 or wide * high < 0.12 * smaller


def _boat(pen: _Pen, x: float, base: float, tall: float) -> None:
    rng = pen.rng
    half, hull = tall * rng.uniform(0.40, 0.52), tall * rng.uniform(0.20, 0.28)
    deck, side = base - hull, 1.0 if rng.random() < 0.5 else -1.0
    pen.polygon(
        [(x - half, deck), (x + half, deck), (x + 0.68 * half, base), (x - 0.68 * half, base)],
        pen.pick(_PAINTS),
    )
    pen.rectangle(x - tall * 0.02, base - tall, x + tall * 0.02, deck, (92, 70, 52))
    sail = pen.pick(((250, 248, 240), (240, 220, 180), (216, 92, 80)))
    foot = deck - tall * 0.05
    pen.polygon(
        [
            (x + side * tall * 0.03, base - tall),
            (x + side * tall * 0.03, foot),
            (x + side * half * 0.86, foot),
        ],
        sail,
    )
    if rng.random() < 0.6:
        pen.polygon(
            [
                (x - side * tall * 0.03, base - tall * 0.9),
                (x - side * tall * 0.03, foot),
                (x - side * half * 0.6, foot),
            ],
            pen.pick(((250, 248, 240),)),
        )


def _house(pen: _Pen, x: float, base: float, tall: float) -> None:
    rng = pen.rng
    half, eaves = tall * rng.uniform(0.36, 0.48), base - tall * rng.uniform(0.52, 0.64)
    pen.rectangle(x - 0.86 * half, eaves, x + 0.86 * half, base, pen.pick(_WALLS))
    roof = pen.pick(_PAINTS[:1] + _PAINTS[4:5] + ((104, 104, 116), (160, 70, 50)))
    ridge = half * rng.uniform(0.0, 0.5)
    pen.polygon(
        [(x - half, eaves), (x - ridge, base - tall), (x + ridge, base - tall), (x + half, eaves)],
        roof,
    )
    door = x + half * rng.uniform(-0.5, 0.3)
    pen.rectangle(door, base - tall * 0.30, door + tall * 0.14, base, pen.pick(_PAINTS))
    for share in (-0.6, 0.0, 0.45):
        if rng.random() < 0.7:
            left, top = x + share * half, eaves + tall * 0.08
            pen.rectangle(left, top, left + tall * 0.11, top + tall * 0.11, (250, 236, 150))


def _tree(pen: _Pen, x: float, base: float, tall: float) -> None:
    rng, crown = pen.rng, pen.pick(_CROWNS, 10)
    light = (crown[0] + 16, crown[1] + 18, crown[2] + 10)
    half, foot = tall * rng.uniform(0.30, 0.42), base - tall * rng.uniform(0.18, 0.30)
    pen.rectangle(x - tall * 0.045, foot - 0.1 * tall, x + tall * 0.045, base, (112, 78, 50))
    if rng.random() < 0.45:  # a fir: three tiers
        for tier in range(3):
            top = base - tall + tier * tall * 0.18
            low = base - tall + (foot - base + tall) * (tier + 1.4) / 3.4
            wide = half * (tier + 1.3) / 3.3
            pen.polygon([(x, top), (x + wide, low), (x - wide, low)], light if tier == 1 else crown)
    else:
        middle, high = (base - tall + foot) / 2, (foot - base + tall) / 2
        pen.ellipse(x - half, middle - high, x + half, middle + high, crown)
        pen.ellipse(
            x - 0.55 * half, middle - 0.8 * high, x + 0.35 * half, middle - 0.1 * high, light
        )


def _bush(pen: _Pen, x: float, base: float, size: float) -> None:
    crown = pen.pick(_CROWNS[:3], 10)
    for shift in (-0.6, 0.0, 0.6):
        pen.ellipse(
            x + shift * size - size / 2,
            base - size * 0.7,
            x + shift * size + size / 2,
            base + size * 0.1,
            crown,
        )


def _rock(pen: _Pen, x: float, base: float, size: float) -> None:
    pen.polygon(
        [
            (x - size, base),
            (x - 0.6 * size, base - 0.6 * size),
            (x + 0.2 * size, base - 0.8 * size),
            (x + 0.9 * size, base),
        ],
        pen.pick(((140, 138, 134), (116, 112, 112), (160, 150, 136)), 8),
    )


def _fence(pen: _Pen, x: float, base: float, size: float) -> None:
    wood = pen.pick(((150, 118, 84), (226, 220, 208)), 8)
    for post in range(5):
        left = x + post * size * 0.6
        pen.rectangle(left, base - size * 0.7, left + 2, base, wood)
    pen.rectangle(x - 2, base - size * 0.5, x + size * 2.6, base - size * 0.5 + 2, wood)


_OBJECTS: tuple[Callable[[_Pen, float, float, float], None], ...] = (_boat, _house, _tree)
