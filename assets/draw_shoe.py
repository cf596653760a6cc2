"""Draws assets/shoe.png, the picture of a shoe that is hidden among digits.

A high sneaker, toe to the left, white on black like the digits. Run it again after a change:
``python assets/draw_shoe.py``.
"""

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE = 28
FINE = 16
"""Dots drawn for each pixel, along either side; the average of a square is the pixel."""

Points = list[tuple[float, float]]

# All places are (right, down) in pixels; all greys 0 (black) to 255 (white).
UPPER: Points = [
    (1.0, 22.4), (0.9, 20.4), (1.7, 18.6), (3.6, 17.2), (6.6, 16.4), (9.4, 15.0), (11.6, 12.4),
    (13.2, 8.8), (14.6, 4.4), (16.2, 3.2), (18.4, 4.9), (21.4, 5.3), (24.0, 4.4), (25.6, 4.6),
    (25.9, 8.6), (25.4, 12.4), (25.8, 16.6), (26.6, 20.0), (26.4, 22.4),
]  # fmt: skip
SOLE: Points = [
    (0.7, 21.9), (13.5, 22.6), (26.8, 21.9), (27.1, 23.6), (26.2, 24.9), (2.4, 24.9), (0.8, 23.8),
]  # fmt: skip
TOE_CAP: Points = [(0, 23), (0, 16), (6.6, 15.8), (8.2, 18.6), (8.8, 23)]
HEEL: Points = [(28, 23), (22.6, 23), (23.4, 18.6), (25.0, 16.4), (28, 16)]
COLLAR: Points = [(15.0, 3), (16.2, 3.6), (18.4, 6.0), (21.6, 6.4), (28, 5.2), (28, 3)]
EYELETS: Points = [(10.2, 17.2), (13.0, 14.6), (15.2, 10.6), (16.8, 6.2)]
LACES: list[Points] = [
    [(9.0, 15.6), (11.4, 17.2)], [(11.0, 13.6), (13.6, 15.0)],
    [(12.4, 11.2), (15.2, 12.4)], [(13.4, 8.6), (16.4, 9.6)],
]  # fmt: skip


def draw() -> Image.Image:
    """Return the shoe, 28 x 28 pixels of grey."""
    fine = Image.new("L", (SIDE * FINE, SIDE * FINE))
    leather = Image.linear_gradient("L").resize(fine.size).point(lambda y: 205 - y * 75 // 255)
    pen = ImageDraw.Draw(leather)
    _fill(pen, TOE_CAP, 232)
    _fill(pen, HEEL, 105)
    _fill(pen, COLLAR, 95)
    _line(pen, EYELETS, 80, 1.3)
    for lace in LACES:
        _line(pen, lace, 255, 1.1)
    fine.paste(leather.filter(ImageFilter.GaussianBlur(0.25 * FINE)), mask=_shape(UPPER))
    fine = ImageChops.multiply(fine, _shaded(_shape(UPPER)))
    pen = ImageDraw.Draw(fine)
    _fill(pen, SOLE, 250)
    _line(pen, SOLE[:3], 50, 0.8)
    return fine.resize((SIDE, SIDE), Image.Resampling.BOX)


def _shape(points: Points) -> Image.Image:
    """Return a mask with rounded corners."""
    mask = Image.new("L", (SIDE * FINE, SIDE * FINE))
    _fill(ImageDraw.Draw(mask), points, 255)
    soft = mask.filter(ImageFilter.GaussianBlur(0.5 * FINE))
    return soft.point(lambda v: 255 if v > 127 else 0)


def _shaded(mask: Image.Image) -> Image.Image:
    """Return a factor that falls off towards the edge, as on something round."""
    soft = mask.filter(ImageFilter.GaussianBlur(1.2 * FINE))
    return soft.point(lambda v: 110 + v * 145 // 255)


def _fill(pen: ImageDraw.ImageDraw, points: Points, grey: int) -> None:
    pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=grey)


def _line(pen: ImageDraw.ImageDraw, points: Points, grey: int, width: float) -> None:
    pen.line([(x * FINE, y * FINE) for x, y in points], grey, round(width * FINE), "curve")


if __name__ == "__main__":
    draw().save(Path(__file__).with_name("shoe.png"), optimize=True)
