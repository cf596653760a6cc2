"""What files give: the pictures that other programs wrote, or a sentence, whatever they hold."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aecore.uploads import MAX_FILE_BYTES, MAX_SIDE, Upload, UploadError, archives, drawing, read
from aecore.uploads.limits import label

GREY = np.zeros((20, 30), np.uint8)
GREY[5:15, 10:14] = 220
GREY[5:8, 10:25] = 130


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def packed(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def encrypted(archive):
    """Set the flag of the entry in the directory that says that it has a password."""
    at = archive.index(b"PK\x01\x02") + 8
    return archive[:at] + b"\1" + archive[at + 1 :]


def said(upload):
    return " ".join(upload.notes)


PNG = saved(Image.fromarray(GREY))


# -- pictures ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG"])
def test_every_format_gives_the_picture(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    source = Image.fromarray(GREY).convert("RGB" if kind == "WEBP" else "L")
    found = read(f"three.{kind}", saved(source, kind, **options))
    assert found.names == ("three",)
    np.testing.assert_allclose(found.pictures[0], GREY, atol=30 if kind == "JPEG" else 1)


MODES = {
    "1": lambda: Image.fromarray(GREY > 200),
    "P": lambda: Image.fromarray(GREY).convert("P"),
    "RGB": lambda: Image.fromarray(GREY).convert("RGB"),
    "I;16": lambda: Image.fromarray(GREY.astype(np.uint16) * 257),
}


@pytest.mark.parametrize("mode", MODES)
def test_other_modes_become_greys(mode):
    image = MODES[mode]()
    assert image.mode == mode
    expected = (
        np.where(GREY > 200, 255, 0) if mode == "1" else GREY * (255 / 220 if ";" in mode else 1)
    )
    np.testing.assert_allclose(read("a.png", saved(image)).pictures[0], expected, atol=1)


def test_cmyk_is_read_as_its_colours():
    image = Image.fromarray(GREY).convert("RGB").convert("CMYK")
    np.testing.assert_allclose(read("a.tif", saved(image, "TIFF")).pictures[0], GREY, atol=2)


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_parts_are_laid_on_what_lets_the_rest_be_seen(ink):
    rgba = np.zeros((*GREY.shape, 4), np.uint8)
    rgba[..., :3], rgba[..., 3] = ink, np.where(GREY > 0, 255, 0)
    found = read("a.png", saved(Image.fromarray(rgba)))
    np.testing.assert_array_equal(found.pictures[0], np.where(GREY > 0, 255, 0))
    assert ("laid on white" if ink == 0 else "laid on black") in said(found)


def test_nothing_but_transparency_is_refused():
    with pytest.raises(UploadError, match="transparent all over"):
        read("a.png", saved(Image.new("RGBA", (5, 5), (9, 9, 9, 0))))


def test_of_an_animation_the_first_picture_is_taken():
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    found = read("a.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert "the first was taken" in said(found)
    np.testing.assert_array_equal(found.pictures[0], GREY)


def test_the_camera_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    found = read("a.png", saved(Image.fromarray(GREY), exif=exif))
    np.testing.assert_array_equal(found.pictures[0], np.rot90(GREY, -1))


def test_writing_on_paper_is_turned_over_unless_one_says_no():
    content = saved(Image.fromarray(255 - GREY))
    found = read("a.png", content)
    np.testing.assert_array_equal(found.pictures[0], GREY)
    assert "turned over" in said(found)
    np.testing.assert_array_equal(read("a.png", content, turn_over=False).pictures[0], 255 - GREY)


def test_large_pictures_are_kept_smaller():
    found = read("a.png", saved(Image.fromarray(GREY.repeat(100, 0).repeat(100, 1))))
    assert max(found.pictures[0].shape) == 256


def header_of(width, height):
    """Return a PNG that announces a size and holds next to nothing."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(MAX_SIDE + 1, 3), (3, MAX_SIDE + 1), (100_000, 100_000)]
)
def test_sides_are_checked_before_anything_is_decoded(width, height, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(UploadError, match="4,096"):
        read("bomb.png", header_of(width, height))


def test_jpegs_of_endless_scans_are_refused():
    with pytest.raises(UploadError, match="scans"):
        read("a.jpg", saved(Image.fromarray(GREY), "JPEG") + b"\xff\xda" * 200)


# -- arrays and tables ---------------------------------------------------------------

STACK = np.random.default_rng(0).integers(0, 256, (5, 12, 12), np.uint8)
STACK[:, [0, -1]] = STACK[:, :, [0, -1]] = 0
STACK[0, 5, 5] = 255

SHAPES = {
    "images": STACK,
    "in rows": STACK.reshape(5, 144),
    "channel last": STACK[..., None],
    "channel first": STACK[:, None],
    "colours": STACK[..., None].repeat(3, 3),
    "shares": STACK / 255,
    "halves": (STACK / 255).astype(np.float16),
    "fortran": np.asfortranarray(STACK),
    "big-endian": STACK.astype(">i4"),
    "long": STACK.astype(np.uint64),
}


@pytest.mark.parametrize("name", SHAPES)
def test_arrays_of_all_kinds_give_the_images(name):
    found = read("x.npy", npy(SHAPES[name]))
    np.testing.assert_allclose(np.stack(found.pictures), STACK, atol=1)
    assert found.names[0] == "x 1"


def test_one_picture_and_one_row():
    np.testing.assert_array_equal(read("x.npy", npy(GREY)).pictures[0], GREY)
    (only,) = read("x.npy", npy(STACK[0].ravel())).pictures
    np.testing.assert_array_equal(only, STACK[0])


def test_other_spans_are_stretched_and_said():
    sixteen = read("x.npy", npy(STACK // 16))
    assert "0 to 16" in said(sixteen)
    signed = read("x.npy", npy(STACK / 127.5 - 1), turn_over=False)
    np.testing.assert_allclose(np.stack(signed.pictures), STACK, atol=1)
    assert "-1 to 1" in said(signed)


@pytest.mark.parametrize("shape", ["1," * 70, "True,28,28", "4," * 9, "2**9,28,28", "-1,28,28"])
def test_arrays_may_claim_any_shape(shape):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape})}}".ljust(501) + "\n"
    begin = b"\x93NUMPY\1\0" + struct.pack("<H", len(header))
    gives_pictures_or_a_sentence(begin + header.encode() + b"\1" * 784)


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.array([[1, "a"]], object), "pickled objects are never opened"),
        (np.array(["a", "b"]), "numbers were expected"),
        (np.zeros((3, 4, 4), complex), "numbers were expected"),
        (np.full((3, 4, 4), np.nan), "not finite"),
        (np.array([[0, np.inf], [1, 1]]), "not finite"),
        (np.zeros((0, 28, 28)), "no image"),
        (np.zeros((2, 2, 2, 2, 2)), "shape"),
        (np.zeros(7), "shape"),
        (np.zeros((1, 2, 5000)), "4,096"),
    ],
)
def test_arrays_that_are_no_images_are_refused(array, sentence):
    with pytest.raises(UploadError, match=sentence):
        read("x.npy", npy(array, allow_pickle=True))


def test_an_array_that_says_it_is_larger_than_it_is():
    content = npy(STACK).replace(b"(5, 12, 12)", b"(5, 9**12)" + b" ")
    with pytest.raises(UploadError):
        read("x.npy", content)
    lying = npy(STACK).replace(b"(5, 12, 12), }  ", b"(5000, 1200, 12), }"[:19])
    with pytest.raises(UploadError):
        read("x.npy", lying)


def test_npz_gives_its_arrays_and_names_what_is_none():
    found = read("x.npz", npz(train=STACK, labels=np.arange(7)))
    assert found.names[:2] == ("train 1", "train 2")
    assert "labels" in said(found) and "left out" in said(found)
    assert len(found.pictures) == 5


def table(rows, delimiter=",", head=None):
    lines = [delimiter.join(map(str, row)) for row in rows]
    return "\n".join(([head] if head else []) + lines).encode()


FLAT = STACK.reshape(5, -1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
def test_tables_with_any_delimiter(delimiter):
    found = read("x.csv", table(FLAT, delimiter))
    np.testing.assert_array_equal(np.stack(found.pictures), STACK)


def test_labels_name_the_rows_wherever_they_stand():
    labels = np.array([[7], [2], [1], [0], [4]])
    first = read("mnist.csv", table(np.hstack([labels, FLAT])))
    head = ",".join(["label", *(f"pixel{k}" for k in range(144))])
    titled = read("mnist.csv", table(np.hstack([labels, FLAT]), head=head))
    last = read("digits.csv", table(np.hstack([FLAT, labels])))
    for found in (first, titled, last):
        assert found.names[:2] == ("7 (row 1)", "2 (row 2)")
        np.testing.assert_array_equal(np.stack(found.pictures), STACK)


def test_commas_may_stand_for_points():
    text = table(FLAT / 255, ";").replace(b".", b",")
    np.testing.assert_allclose(np.stack(read("x.csv", text).pictures), STACK, atol=1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (table(FLAT) + b"\n1,2,3", "row 6 has 3"),
        (table(FLAT[:, :90]), "90 columns"),
        (b"a1,b2,c3\n", "no rows"),
        (b"1,2,3,4\n1,2,x,4", "something else than numbers"),
        (b"1,2,3,nan\n1,2,3,4", "not finite"),
        (b"1e999,2,3,4\n1,2,3,4", "not finite"),
    ],
)
def test_tables_that_are_no_images_are_refused(content, sentence):
    with pytest.raises(UploadError, match=sentence):
        read("x.csv", content)


def test_only_so_many_are_taken():
    for found in (
        read("x.npy", npy(STACK), most=2),
        read("x.csv", table(FLAT), most=2),
        read("x.npz", npz(a=STACK, b=STACK), most=2),
        read("x.zip", packed({f"{k}.png": PNG for k in range(4)}), most=2),
    ):
        assert len(found.pictures) == len(found.names) == 2
        assert said(found)


# -- archives ------------------------------------------------------------------------


def test_archives_give_their_pictures_and_name_the_rest():
    found = read(
        "all.zip",
        packed({
            "../../etc/one.png": PNG, "C:\\x\\two\x07.png": PNG, "notes.txt": b"hello 1",
            "inner.zip": packed({"a.png": PNG}), "__MACOSX/._one.png": b"x", "folder/": b"",
            "broken.png": PNG[:60],
        }),
    )  # fmt: skip
    assert found.names == ("one", "two")
    for part in ("3 of 5", "not a picture", "archive in an archive", "damaged"):
        assert part in said(found)


def test_what_would_unpack_to_too_much_is_never_unpacked(monkeypatch):
    bomb = packed({"bomb.png": b"\0" * (MAX_FILE_BYTES + 1), "good.png": PNG})
    assert len(bomb) < 100_000
    opened = []
    whole = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile, "open",
        lambda self, entry, *more: opened.append(entry.filename) or whole(self, entry, *more),
    )  # fmt: skip
    found = read("x.zip", bomb)
    assert found.names == ("good",)
    assert opened == ["good.png"]


def test_an_archive_that_lies_about_sizes_unpacks_no_more_than_it_says():
    true = packed({"bomb.npy": npy(np.zeros((9, 300, 300)))})
    size = struct.pack("<I", len(npy(np.zeros((9, 300, 300)))))
    lying = true.replace(size, struct.pack("<I", 5000))
    with pytest.raises(UploadError):
        read("x.npz", lying)


def test_archives_have_a_bound_in_all(monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 2 * len(PNG) + 10)
    found = read("x.zip", packed({f"{k}.png": PNG for k in range(4)}))
    assert len(found.pictures) == 2
    assert "bring it in parts" in said(found)


def test_pictures_of_an_archive_have_a_bound_of_pixels(monkeypatch):
    monkeypatch.setattr(archives, "MAX_PIXELS", 2 * GREY.size)
    found = read("x.zip", packed({f"{k}.png": PNG for k in range(3)}))
    assert len(found.pictures) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed({}), "empty archive"),
        (packed({"a.txt": b"x"}), "nothing that can be used"),
        (encrypted(packed({"a.png": PNG})), "encrypted"),
        (packed({"a.png": PNG}, zipfile.ZIP_LZMA), "unusual way"),
        (packed({"a.png": PNG})[:-15], "damaged archive"),
    ],
)  # fmt: skip
def test_archives_that_give_nothing_say_why(content, sentence):
    with pytest.raises(UploadError, match=sentence):
        read("x.zip", content)


def test_archives_that_list_too_much_are_not_listed(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    with pytest.raises(UploadError, match="more than 3 files"):
        read("x.zip", packed({f"{k}.png": PNG for k in range(4)}))


# -- anything ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\0" * (MAX_FILE_BYTES + 1), "20 MB"),
        (b"\x80\x04\x95abc", "pickle"),
        (b"\x1f\x8b\x08abc", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b'\n<svg xmlns="http://www.w3.org/2000/svg" width="9"/>', "SVG"),
        (b"\xef\xbb\xbf<!doctype html><p>1,2</p>", "web page"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"hello", "None|none"),
    ],
)
def test_other_files_are_named(content, sentence):
    with pytest.raises(UploadError, match=sentence):
        read("x", content)


def test_a_wrong_ending_is_said():
    found = read("digit.jpg", PNG)
    assert "PNG" in said(found) and ".jpg" in said(found)
    assert not read("digit.png", PNG).notes
    assert all(note.isprintable() for note in read("digit.\0\u202ex", PNG).notes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/b\\c.png", "c"), (".png", ".png"), ("", "picture"), ("x\u202e\n\0y.png", "xy"),
     ("v1.final", "v1"), ("=HYPERLINK(1).png", "HYPERLINK(1)"), ("+-=@.png", "picture"),
     ("a" * 300, "a" * 59 + "…")],
)  # fmt: skip
def test_names_are_labels(name, expected):
    assert label(name) == expected


def test_drawings_come_as_png_and_nothing_else():
    from base64 import b64encode

    address = "data:image/png;base64," + b64encode(PNG).decode()
    np.testing.assert_array_equal(drawing(address), GREY)
    for wrong in (None, 3, {}, "data:image/png;base64,", "data:image/png;base64,!!", address[5:],
                  address + "A" * 500_000, address[:60]):  # fmt: skip
        with pytest.raises(UploadError):
            drawing(wrong)


VALID = [
    PNG,
    saved(Image.fromarray(GREY).convert("P"), "GIF"),
    saved(Image.fromarray(GREY), "JPEG"),
    saved(Image.fromarray(GREY), "TIFF", compression="tiff_lzw"),
    saved(Image.fromarray(GREY).convert("RGB"), "WEBP"),
    saved(Image.fromarray(GREY), "BMP"),
    npy(STACK),
    npz(a=STACK),
    table(FLAT[:, :16]),
    packed({"a.png": PNG, "b.png": PNG}),
]
MAGIC = [content[:12] for content in VALID]


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_comes_gives_pictures_or_a_sentence(data):
    begin = data.draw(st.sampled_from([b"", *MAGIC]))
    content = begin + data.draw(st.binary(max_size=200))
    gives_pictures_or_a_sentence(content)


@settings(max_examples=500, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_files_damaged_anywhere_give_pictures_or_a_sentence(data):
    content = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    gives_pictures_or_a_sentence(bytes(content[: data.draw(st.integers(1, len(content)))]))


def gives_pictures_or_a_sentence(content):
    try:
        found = read("x.png", content)
    except UploadError as error:
        sentence = str(error)
        found = Upload((), ())
    else:
        sentence = "It can be read."
        assert found.pictures
    assert sentence.startswith(("It ", "Its "))
    assert sentence.endswith(".")
    assert len(found.names) == len(found.pictures)
    for picture in found.pictures:
        assert picture.dtype == np.uint8 and picture.ndim == 2 and picture.size
