"""Bringing an image to the size of the images that it is put among."""

import numpy as np

from aecore.splits import Images, Shape


def resized(image: Images, shape: Shape) -> Images:
    """Resize an image: the mean of an area where it shrinks, smooth where it grows.

    Parameters
    ----------
    image
        Array of uint8, shape (height, width).
    shape
        Height and width wanted, in pixels.
    """
    from PIL import Image

    if image.shape == shape:
        return image
    height, width = shape
    shrinks = height * width < image.size
    method = Image.Resampling.BOX if shrinks else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(image).resize((width, height), method))
