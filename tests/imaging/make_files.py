#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the files that the imaging tests read, and what should come out.

Usage: make_files.py syntaxes|charsets|reports DIRECTORY

Pixels are known because they were made here, or are read by a decoder that
shares no code with the product's (GDCM, or NumPy for what is not compressed).
An index file names each DICOM file and its expectation.
"""
import os
import subprocess
import sys
import warnings

import gdcm
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence

warnings.filterwarnings("ignore")
gdcm.Trace.WarningOff()
gdcm.Trace.ErrorOff()
sys.dont_write_bytecode = True

PYDICOM = os.path.join(os.path.dirname(pydicom.__file__), "data")
OCTAVE = "/usr/share/octave/packages/dicom-0.5.1/imdata"
NIBABEL = "/usr/lib/python3/dist-packages/nibabel/nicom/tests/data"
GDCM = "/usr/share/doc/libgdcm3.0/examples"
EXPLICIT = "1.2.840.10008.1.2.1"


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(" ".join(command) + "\n" + done.stdout.decode(errors="replace"))


def new(sop_class="1.2.840.10008.5.1.4.1.1.7", name="TEST^Exemple"):
    ds = FileDataset(None, {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    ds.file_meta.TransferSyntaxUID = EXPLICIT
    ds.is_little_endian, ds.is_implicit_VR = True, False
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = "2.25.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.2", "2.25.3"
    ds.PatientName, ds.PatientID, ds.Modality = name, "T1", "OT"
    ds.StudyDate = "20160101"
    return ds


def save(ds, path):
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.save_as(path, write_like_original=False)


def grey(pixels, bits, signed=False, allocated=16, photometric="MONOCHROME2", high=None):
    ds = new()
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, photometric
    ds.Rows, ds.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        ds.NumberOfFrames = pixels.shape[0]
    ds.BitsAllocated, ds.BitsStored = allocated, bits
    ds.HighBit = bits - 1 if high is None else high
    ds.PixelRepresentation = int(signed)
    words = pixels.astype(np.int64) & ((1 << bits) - 1)
    words <<= ds.HighBit + 1 - bits
    ds.PixelData = words.astype("<u2" if allocated == 16 else "u1").tobytes()
    if len(ds.PixelData) % 2:
        ds.PixelData += b"\0"
    return ds


def colour(samples, photometric, planar=0, allocated=8):
    ds = new()
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 3, photometric
    ds.PlanarConfiguration = planar
    ds.Rows, ds.Columns = samples.shape[:2]
    ds.BitsAllocated = ds.BitsStored = allocated
    ds.HighBit, ds.PixelRepresentation = allocated - 1, 0
    if planar:
        samples = samples.transpose(2, 0, 1)
    ds.PixelData = np.ascontiguousarray(samples.astype("u1" if allocated == 8 else "<u2")).tobytes()
    return ds


def smooth(rows, columns, low, high, seed=1):
    """Something like tissue: slopes, an edge, some noise; reaches low and high."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns]
    a = np.sin(x / 9.0) + np.cos(y / 13.0) + (np.hypot(x - columns / 2, y - rows / 2) < rows / 3)
    a += rng.normal(0, 0.02, a.shape)
    a = (a - a.min()) / (a.max() - a.min())
    return np.rint(low + a * (high - low)).astype(np.int64)


def rgb_picture(rows, columns):
    return np.stack([smooth(rows, columns, 0, 255, s) for s in (1, 2, 3)], axis=-1)


def to_ybr(rgb):
    r, g, b = (rgb[..., i].astype(float) for i in range(3))
    return np.clip(np.rint(np.stack([
        0.299 * r + 0.587 * g + 0.114 * b,
        -0.168736 * r - 0.331264 * g + 0.5 * b + 128,
        0.5 * r - 0.418688 * g - 0.081312 * b + 128], axis=-1)), 0, 255).astype(np.int64)


def from_ybr(ybr):
    y, cb, cr = ybr[..., 0].astype(float), ybr[..., 1] - 128.0, ybr[..., 2] - 128.0
    return np.clip(np.rint(np.stack([
        y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=-1)), 0, 255)


def from_partial(ybr):
    y, cb, cr = (ybr[..., 0] - 16) * 255 / 219, ybr[..., 1] - 128.0, ybr[..., 2] - 128.0
    k = 255 / 224
    return np.clip(np.rint(np.stack([
        y + 1.402 * k * cr, y - (0.344136 * cb + 0.714136 * cr) * k, y + 1.772 * k * cb],
        axis=-1)), 0, 255)


class Index:
    """name | kind grey or rgb | rows | columns | frames | tolerance | slope | intercept"""

    def __init__(self, directory):
        self.directory = directory
        self.file = open(os.path.join(directory, "index"), "w", encoding="utf-8")

    def path(self, name):
        return os.path.join(self.directory, name + ".dcm")

    def expect(self, name, values, tolerance=0, slope=1.0, intercept=0.0):
        values = np.asarray(values)
        kind = "rgb" if values.shape[-1] == 3 else "grey"
        shape = values.shape[:-1] if kind == "rgb" else values.shape
        frames = shape[0] if len(shape) == 3 else 1
        values.astype("<i4").tofile(os.path.join(self.directory, name + ".raw"))
        print(name, kind, *shape[-2:], frames, tolerance, slope, intercept, file=self.file)

    def add(self, name, ds, values, tolerance=0, **more):
        save(ds, self.path(name))
        self.expect(name, values, tolerance, **more)


def made_greys(ix):
    for bits, allocated in ((8, 8), (8, 16), (10, 16), (12, 16), (13, 16), (16, 16), (5, 8)):
        for signed in (False, True):
            low = -(1 << (bits - 1)) if signed else 0
            a = smooth(48, 60, low, low + (1 << bits) - 1)
            name = f"grey-{bits}of{allocated}-{'s' if signed else 'u'}"
            ix.add(name, grey(a, bits, signed, allocated), a)
    a = smooth(31, 37, 0, 4095)
    ix.add("mono1", grey(a, 12, photometric="MONOCHROME1"), a)
    ix.add("high-bit-15-of-12", grey(a, 12, high=15), a)
    dirty = grey(a, 12)
    words = np.frombuffer(dirty.PixelData, "<u2") | 0xA000
    dirty.PixelData = words.astype("<u2").tobytes() + b"\0\0"
    ix.add("overlay-in-high-bits", dirty, a)
    many = np.stack([smooth(40, 33, -500, 1500, s) for s in range(5)])
    ix.add("frames-s16", grey(many, 16, True), many)
    one = np.stack([smooth(13, 11, 0, 1, s) for s in range(3)])
    ds = grey(one, 1, allocated=8)
    ds.BitsAllocated = 1
    ds.PixelData = np.packbits(one.astype(np.uint8).ravel(), bitorder="little").tobytes()
    ix.add("one-bit-frames", ds, one)
    a = smooth(20, 20, -1024, 3000)
    ds = grey(a, 16, True)
    ds.RescaleSlope, ds.RescaleIntercept = "0.5", "-100"
    ix.add("rescaled", ds, a, slope=0.5, intercept=-100.0)
    noise = np.random.default_rng(4).integers(0, 65536, (64, 64))
    ix.add("noise-16", grey(noise, 16), noise)


def made_tables(ix):
    a = smooth(30, 34, 0, 1023)
    ds = grey(a, 10)
    lut = Dataset()
    table = (np.arange(1000) ** 2 // 20).astype(np.uint16)
    lut.add_new(0x00283002, "US", [1000, 10, 16])
    lut.ModalityLUTType = "US"
    lut.add_new(0x00283006, "OW", table.tobytes())
    ds.ModalityLUTSequence = Sequence([lut])
    ix.add("modality-lut", ds, table[np.clip(a - 10, 0, 999)].astype(int))

    index = smooth(30, 34, 0, 255)
    rng = np.random.default_rng(9)
    tables = [rng.integers(0, 65536, 256).astype("<u2") for _ in range(3)]
    ds = grey(index, 8, allocated=8, photometric="PALETTE COLOR")
    palette(ds, tables, 256, 0, 16)
    ix.add("palette-16", ds, np.stack([t[index] >> 8 for t in tables], axis=-1))
    tables = [rng.integers(0, 256, 200).astype("u1") for _ in range(3)]
    ds = grey(index, 8, allocated=8, photometric="PALETTE COLOR")
    palette(ds, tables, 200, 5, 8)
    ix.add("palette-8", ds, np.stack([t[np.clip(index - 5, 0, 199)] for t in tables], axis=-1))

    # segmented: discrete, linear, then the first two again by an indirect segment
    segments = np.array([0, 4, 0, 65280, 256, 32768, 1, 96, 65535, 0, 2, 5, 6,
                         1, 54, 0, 2, 2, 0, 0], dtype="<u2")
    ds = grey(index % 256, 8, allocated=8, photometric="PALETTE COLOR")
    for n, tag in enumerate((0x00281101, 0x00281102, 0x00281103)):
        ds.add_new(tag, "US", [256, 0, 16])
        ds.add_new(0x00281221 + n, "OW", segments.tobytes())
    save(ds, ix.path("palette-segmented"))
    out = expand(segments, 256)
    ix.expect("palette-segmented", np.repeat((out[index] >> 8)[..., None], 3, axis=-1), 1)


def palette(ds, tables, n, first, bits):
    for i, table in enumerate(tables):
        ds.add_new(0x00281101 + i, "US", [n, first, bits])
        ds.add_new(0x00281201 + i, "OW", table.tobytes())


def expand(words, n):
    """PS3.3 C.7.9.2, written a second time."""
    out, pos, spans = [], 0, []

    def one(p):
        if words[p] == 0:
            out.extend(int(v) for v in words[p + 2:p + 2 + words[p + 1]])
            return p + 2 + int(words[p + 1])
        start, count, end = out[-1], int(words[p + 1]), int(words[p + 2])
        out.extend(start + int((end - start) * i / count) for i in range(1, count + 1))
        return p + 3

    while len(out) < n and pos < len(words):
        if words[pos] == 2:
            at = (int(words[pos + 3]) << 16 | int(words[pos + 2])) // 2
            for _ in range(words[pos + 1]):
                at = one(at)
            pos += 4
        else:
            pos = one(pos)
    return np.array(out[:n])


def made_colours(ix):
    rgb = rgb_picture(40, 46)
    ybr = to_ybr(rgb)
    ix.add("rgb-by-pixel", colour(rgb, "RGB"), rgb)
    ix.add("rgb-planar", colour(rgb, "RGB", planar=1), rgb)
    ix.add("rgb-16", colour(rgb * 257, "RGB", allocated=16), rgb)
    ix.add("ybr-full", colour(ybr, "YBR_FULL"), from_ybr(ybr), 1)
    ix.add("ybr-full-planar", colour(ybr, "YBR_FULL", planar=1), from_ybr(ybr), 1)
    half = ybr.copy()
    half[:, 1::2, 1:] = half[:, 0::2, 1:]
    packed = np.stack([half[:, 0::2, 0], half[:, 1::2, 0], half[:, 0::2, 1], half[:, 0::2, 2]],
                      axis=-1)
    for name, convert in (("YBR_FULL_422", from_ybr), ("YBR_PARTIAL_422", from_partial)):
        ds = colour(rgb, name)
        ds.PixelData = packed.astype("u1").tobytes()
        ix.add(name.lower().replace("_", "-"), ds, convert(half), 1)


def recoded(ix, name, source, values, *command, tolerance=0, **more):
    """A file of the index written again by another program."""
    out = ix.path(name)
    run(command[0], *command[1:], source, out)
    ix.expect(name, values, tolerance, **more)


def recoded_greys(ix):
    ankle = pydicom.dcmread(os.path.join(OCTAVE, "CT-MONO2-16-ankle.dcm"))
    values = ankle.pixel_array.astype(int)
    ankle.StudyInstanceUID, ankle.SeriesInstanceUID = "2.25.2", "2.25.3"
    save(ankle, ix.path("ankle"))
    source, hu = ix.path("ankle"), {"slope": 1.0, "intercept": -1024.0}
    ix.expect("ankle", values, **hu)
    for name, *command in (
            ("ankle-explicit", "dcmconv", "+te"), ("ankle-implicit", "dcmconv", "+ti"),
            ("ankle-big-endian", "dcmconv", "+tb"), ("ankle-deflated", "dcmconv", "+td"),
            ("ankle-undefined-lengths", "dcmconv", "+te", "-e"),
            ("ankle-no-meta", "dcmconv", "+te", "-F"),
            ("ankle-rle", "dcmcrle"), ("ankle-70", "dcmcjpeg", "+e1"),
            ("ankle-57", "dcmcjpeg", "+el"), ("ankle-jpeg-ls", "dcmcjpls", "+el")):
        recoded(ix, name, source, values, *command, **hu)
    # gdcmconv loses identifiers of an implicit file
    recoded(ix, "ankle-j2k", ix.path("ankle-explicit"), values, "gdcmconv", "--j2k", **hu)
    for bits, of in ((8, 8), (12, 16), (16, 16)):
        recoded(ix, f"near-3-{bits}", ix.path(f"grey-{bits}of{of}-u"),
                smooth(48, 60, 0, (1 << bits) - 1), "dcmcjpls", "+en", "+md", "3", tolerance=3)
    for bits, signed in ((8, False), (12, False), (12, True), (16, False), (16, True)):
        name = f"grey-{bits}of{8 if bits == 8 else 16}-{'s' if signed else 'u'}"
        low = -(1 << (bits - 1)) if signed else 0
        a = smooth(48, 60, low, low + (1 << bits) - 1)
        for tail, *command in (("rle", "dcmcrle"), ("70", "dcmcjpeg", "+e1"),
                               ("jpeg-ls", "dcmcjpls", "+el"), ("j2k", "gdcmconv", "--j2k"),
                               ("big-endian", "dcmconv", "+tb")):
            recoded(ix, f"{name}-{tail}", ix.path(name), a, *command)
    many = np.stack([smooth(40, 33, -500, 1500, s) for s in range(5)])
    for tail, *command in (("rle", "dcmcrle"), ("70", "dcmcjpeg", "+e1"),
                           ("jpeg-ls", "dcmcjpls", "+el"), ("70-fragments", "dcmcjpeg", "+e1", "+fs", "1"),
                           ("70-fragments-no-table", "dcmcjpeg", "+e1", "+fs", "1", "-ot")):
        recoded(ix, "frames-s16-" + tail, ix.path("frames-s16"), many, *command)
    j2k_frames(ix, many)
    recoded(ix, "grey-big-endian-odd", ix.path("one-bit-frames"),
            np.stack([smooth(13, 11, 0, 1, s) for s in range(3)]), "dcmconv", "+tb")
    lossy(ix, "grey-8of8-u", "50", "dcmcjpeg", "+eb")
    lossy(ix, "grey-8of8-u", "j2k-lossy", "gdcmconv", "--j2k", "--lossy", "-q", "55")
    lossy(ix, "grey-12of16-u", "51", "dcmcjpeg", "+ee")


def j2k_frames(ix, many):
    """gdcmconv writes one frame at a time; two fragments for the third."""
    parts, single = [], os.path.join(ix.directory, "single.dcm")
    for n, frame in enumerate(many):
        save(grey(frame, 16, True), single)
        run("gdcmconv", "--j2k", single, single)
        ds = pydicom.dcmread(single)
        parts += pydicom.encaps.decode_data_sequence(ds.PixelData)
        if n == 2:
            whole = parts.pop()
            parts += [whole[:400], whole[400:]]
    os.remove(single)
    ds.Rows, ds.Columns, ds.NumberOfFrames = *many.shape[1:], many.shape[0]
    ds.PixelData = pydicom.encaps.encapsulate(parts, has_bot=False)
    save(ds, ix.path("frames-s16-j2k"))
    ix.expect("frames-s16-j2k", many)


def lossy(ix, name, tail, *command, tolerance=1):
    """What GDCM makes of it is the expectation: rounding may differ by one."""
    out = ix.path(name + "-" + tail)
    run(*command, ix.path(name), out)
    ix.expect(name + "-" + tail, by_gdcm(out), tolerance)


def by_gdcm(path):
    ds = pydicom.dcmread(path)
    syntax = ds.file_meta.TransferSyntaxUID
    # its copies of libjpeg say on standard error which of them is wrong
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    if syntax.is_compressed:
        ds.convert_pixel_data("rle" if syntax == "1.2.840.10008.1.2.5" else "gdcm")
    a = ds.pixel_array.astype(int)
    os.dup2(kept, 2)
    os.close(kept)
    os.close(null)
    return a


def recoded_colours(ix):
    rgb = rgb_picture(40, 46)
    for tail, *command in (("rle", "dcmcrle"), ("70", "dcmcjpeg", "+e1"),
                           ("jpeg-ls", "dcmcjpls", "+el"),
                           ("jpeg-ls-sample", "dcmcjpls", "+el", "+is"),
                           ("j2k", "gdcmconv", "--j2k")):
        recoded(ix, "rgb-by-pixel-" + tail, ix.path("rgb-by-pixel"), rgb, *command)
    recoded(ix, "rgb-planar-rle", ix.path("rgb-planar"), rgb, "dcmcrle")
    recoded(ix, "rgb-planar-j2k", ix.path("rgb-planar"), rgb, "gdcmconv", "--j2k")
    index = smooth(30, 34, 0, 255)
    rng = np.random.default_rng(9)
    tables = [rng.integers(0, 65536, 256).astype("<u2") for _ in range(3)]
    recoded(ix, "palette-16-rle", ix.path("palette-16"),
            np.stack([t[index] >> 8 for t in tables], axis=-1), "dcmcrle")
    ybr = to_ybr(rgb)
    recoded(ix, "ybr-full-rle", ix.path("ybr-full"), from_ybr(ybr), "dcmcrle", tolerance=1)
    # passed on as they are: the picture is near the one that went in
    recoded(ix, "rgb-jpeg-444", ix.path("rgb-by-pixel"), rgb, "dcmcjpeg", "+eb", "+q", "98", "+s4",
            tolerance=12)
    # says RGB and is not: colour at half resolution is YCbCr whatever it says
    path = os.path.join(PYDICOM, "test_files/SC_rgb_jpeg_lossy_gdcm.dcm")
    open(ix.path("rgb-jpeg-mislabelled"), "wb").write(open(path, "rb").read())
    ix.expect("rgb-jpeg-mislabelled", from_ybr(by_gdcm(path)), 3)
    recoded(ix, "rgb-jpeg-no-transform", ix.path("rgb-by-pixel"), rgb, "dcmcjpeg", "+eb", "+cr",
            "+q", "98", tolerance=12)


def packaged(ix):
    """Files of Debian's packages, their identifiers completed."""
    files = [
        ("test_files/CT_small.dcm", 0), ("test_files/MR_small.dcm", 0),
        ("test_files/MR_small_RLE.dcm", 0), ("test_files/MR_small_bigendian.dcm", 0),
        ("test_files/MR_small_jp2klossless.dcm", 0),
        ("test_files/MR_small_jpeg_ls_lossless.dcm", 0), ("test_files/MR_small_padded.dcm", 0),
        ("test_files/693_J2KI.dcm", 0), ("test_files/JPEG2000.dcm", 0),
        ("test_files/JPGExtended.dcm", 0), ("test_files/JPEG-lossy.dcm", 0),
        ("test_files/SC_rgb_rle.dcm", 0), ("test_files/SC_rgb_rle_2frame.dcm", 0),
        ("test_files/SC_rgb_jpeg_gdcm.dcm", 0), ("test_files/SC_rgb_gdcm_KY.dcm", 0),
        ("test_files/ExplVR_BigEnd.dcm", 0),
        ("test_files/image_dfl.dcm", 0), ("test_files/SC_rgb_small_odd.dcm", 0),
        ("test_files/SC_rgb_dcmtk_+eb+cr.dcm", 3), ("test_files/SC_rgb_dcmtk_+eb+cy+np.dcm", 3),
        ("test_files/SC_rgb_dcmtk_+eb+cy+s4.dcm", 3),
    ]
    paths = [(os.path.join(PYDICOM, f), t) for f, t in files]
    angio = os.path.join(GDCM, "00191113.dcm")
    # documentation is not installed everywhere
    paths += [(angio, 0)] if os.path.exists(angio) else []
    paths += [(os.path.join(NIBABEL, "0.dcm"), 0),
              (os.path.join(NIBABEL, "slicethickness_empty_string.dcm"), 0)]
    for path, tolerance in paths:
        name = "package-" + os.path.basename(path)[:-4]
        raw = open(path, "rb").read()
        open(ix.path(name), "wb").write(raw)
        ds = pydicom.dcmread(path)
        values = by_gdcm(path)
        if "YBR" in ds.PhotometricInterpretation and ds.file_meta.TransferSyntaxUID not in (
                "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"):
            values = from_ybr(values)
        ix.expect(name, values, tolerance, float(ds.get("RescaleSlope", 1)),
                  float(ds.get("RescaleIntercept", 0)))


def syntaxes(directory):
    ix = Index(directory)
    made_greys(ix)
    made_tables(ix)
    made_colours(ix)
    recoded_greys(ix)
    recoded_colours(ix)
    packaged(ix)
    print("end", "-", 0, 0, 0, 0, 0, 0, file=ix.file)


def charsets(directory):
    """Names of pydicom's samples, read by pydicom. One line each: file, name."""
    folder = os.path.join(PYDICOM, "charset_files")
    with open(os.path.join(directory, "index"), "w", encoding="utf-8") as index:
        for name in sorted(os.listdir(folder)):
            if not name.startswith("chr") or not name.endswith(".dcm"):
                continue
            ds = pydicom.dcmread(os.path.join(folder, name))
            if "PatientName" not in ds:
                continue
            ds.decode()
            groups = [str(c) for c in ds.PatientName.components if str(c).strip("^ ")]
            if groups:
                print(os.path.join(folder, name), groups[0].rstrip("^ "), sep="\t", file=index)


def scanned(grey_page):
    """Two pages of 102 x 132 mm, each one picture and no text."""
    rows, columns = grey_page.shape
    picture = grey_page.astype("u1").tobytes()
    page = (b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 374.4]/Contents 5 0 R"
            b"/Resources<</XObject<</I 6 0 R>>>>>>")
    draw = b"288 0 0 374.4 0 0 cm /I Do"
    return pdf_file([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        page, page, b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length %d>>stream\n%s\nendstream" % (
            columns, rows, len(picture), picture)])


def pdf(lines):
    """A page of Helvetica, WinAnsi encoded."""
    text = b"BT /F 11 Tf 72 770 Td 16 TL\n"
    for line in lines:
        safe = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        text += b"(" + safe.encode("cp1252") + b") Tj T*\n"
    text += b"ET\n"
    return pdf_file([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%sendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ])


def pdf_file(objects):
    out, offsets = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (n, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return out


def code(value, scheme, meaning):
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return Sequence([ds])


def item(kind, name, relation="CONTAINS", children=(), **values):
    ds = Dataset()
    ds.RelationshipType, ds.ValueType = relation, kind
    if name:
        ds.ConceptNameCodeSequence = code("99", "99TEST", name)
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    if children:
        ds.ContentSequence = Sequence(list(children))
    return ds


def measured(value, unit, scheme, meaning):
    ds = Dataset()
    ds.NumericValue = value
    ds.MeasurementUnitsCodeSequence = code(unit, scheme, meaning)
    return Sequence([ds])


def structured(charset="ISO_IR 192"):
    ds = new("1.2.840.10008.5.1.4.1.1.88.22", "MARTIN-EXEMPLE^Camille")
    ds.SpecificCharacterSet, ds.Modality = charset, "SR"
    ds.ConceptNameCodeSequence = code("18748-4", "LN", "Compte rendu d'imagerie")
    ds.ValueType = "CONTAINER"
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "VERIFIED"
    who = Dataset()
    who.VerifyingObserverName = "ESSAI^Hélène^^Dr"
    who.VerificationDateTime = "20160218234500+0100"
    ds.VerifyingObserverSequence = Sequence([who])
    ds.ContentSequence = Sequence([
        item("CODE", "Langue", "HAS CONCEPT MOD", ConceptCodeSequence=code("fr", "RFC", "Français")),
        item("PNAME", "Observateur", "HAS OBS CONTEXT", PersonName="SECRET^Personne"),
        item("CONTAINER", "Indication", children=[
            item("TEXT", "Finding", TextValue="Céphalées.\r\nFièvre depuis trois jours.")]),
        item("CONTAINER", "Résultats", children=[
            item("NUM", "Diamètre", MeasuredValueSequence=measured("12.5", "mm", "UCUM", "millimètre")),
            item("NUM", "Indice", MeasuredValueSequence=measured("0.8", "1", "UCUM", "sans unité")),
            item("CODE", "Côté", ConceptCodeSequence=code("L", "99", "Gauche"), children=[
                item("TEXT", "Précision", "HAS PROPERTIES", TextValue="près du bord")]),
            item("DATE", "Examen précédent", Date="20151224"),
            item("DATETIME", "Acquisition", DateTime="20160218223700"),
            item("PNAME", "Relecture", PersonName="MODÈLE^Jean^^Pr"),
            item("UIDREF", "Référence", UID="1.2.3"),
            item("IMAGE", None),
        ]),
        item("TEXT", "Conclusion", TextValue="Examen normal."),
    ])
    return ds


def reports(directory):
    def put(name, ds):
        save(ds, os.path.join(directory, name + ".dcm"))

    put("structured", structured())
    put("structured-latin1", structured("ISO_IR 100"))
    ds = structured()
    ds.VerificationFlag = "UNVERIFIED"
    del ds.VerifyingObserverSequence
    author = Dataset()
    author.PersonName = "BROUILLON^Auteur"
    ds.AuthorObserverSequence = Sequence([author])
    put("draft", ds)
    ds = structured()
    ds.ContentSequence = Sequence([])
    put("empty", ds)
    ds = structured()
    ds.ContentSequence[2].ContentSequence[0].TextValue = "x" * (1 << 20)
    put("too-long", ds)

    ds = new("1.2.840.10008.5.1.4.1.1.104.1", "MARTIN-EXEMPLE^Camille")
    ds.SpecificCharacterSet, ds.Modality = "ISO_IR 192", "DOC"
    ds.DocumentTitle, ds.MIMETypeOfEncapsulatedDocument = "Compte rendu scanné", "application/pdf"
    ds.VerificationFlag = "VERIFIED"
    document = pdf(["COMPTE RENDU", "", "Résultats : pas d'anomalie (voir image n° 3).",
                    "    en retrait", "", "", "Conclusion : examen normal."])
    ds.EncapsulatedDocumentLength = len(document)
    ds.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    put("pdf", ds)
    scan = scanned(smooth(220, 170, 0, 255))
    ds.EncapsulatedDocument = scan + b"\0" * (len(scan) % 2)
    ds.EncapsulatedDocumentLength = len(scan)
    put("pdf-scanned", ds)
    ds.EncapsulatedDocument = b"%PDF-1.4 nothing follows"
    ds.EncapsulatedDocumentLength = 24
    put("pdf-broken", ds)

    for name, sop in (("plan", "481.5"), ("dose", "481.2"), ("ecg", "9.1.1"), ("state", "11.1"),
                      ("key-objects", "88.59"), ("dose-record", "88.67"), ("raw", "66")):
        put("nothing-" + name, new("1.2.840.10008.5.1.4.1.1." + sop))
    for name, uid in (("htj2k", b"4.201"), ("mpeg4", b"4.102"), ("jpip", b"4.204")):
        ds = grey(smooth(8, 8, 0, 255), 8, allocated=8)
        ds.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51"])
        ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
        put("refused-" + name, ds)
        # pydicom does not know these: the name is changed behind its back
        path = os.path.join(directory, "refused-" + name + ".dcm")
        raw = open(path, "rb").read().replace(b"10008.1.2.4.100", b"10008.1.2." + uid)
        open(path, "wb").write(raw)
    ds = grey(smooth(8, 8, 0, 255), 16)
    ds.BitsAllocated = 32
    put("refused-32-bits", ds)
    ds = new("1.2.840.10008.5.1.4.1.1.104.2")
    put("refused-cda", ds)
    enhanced(directory)


def enhanced(directory):
    """Functional groups: shared window, positions per frame, one frame's own window."""
    many = np.stack([smooth(12, 10, 0, 900, s) for s in range(3)])
    ds = grey(many, 12)
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4.1"

    def macro(keyword, **values):
        outer, inner = Dataset(), Dataset()
        for k, v in values.items():
            setattr(inner, k, v)
        setattr(outer, keyword, Sequence([inner]))
        return outer

    shared = macro("PixelMeasuresSequence", PixelSpacing=[0.5, 0.75], SliceThickness=3)
    shared.update(macro("PlaneOrientationSequence", ImageOrientationPatient=[1, 0, 0, 0, 1, 0]))
    shared.update(macro("FrameVOILUTSequence", WindowCenter=[40, 400], WindowWidth=[80, 2000],
                        WindowCenterWidthExplanation=["CERVEAU", "OS"]))
    shared.update(macro("PixelValueTransformationSequence", RescaleIntercept=-10, RescaleSlope=2,
                        RescaleType="US"))
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k in range(3):
        frames.append(macro("PlanePositionSequence", ImagePositionPatient=[1, 2, 10 * k]))
    frames[1].update(macro("FrameVOILUTSequence", WindowCenter=7, WindowWidth=9))
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    save(ds, os.path.join(directory, "enhanced.dcm"))
    ds = grey(smooth(12, 10, 0, 900), 12)
    ds.PatientOrientation = ["A", "F"]
    ds.ImagerPixelSpacing = [0.2, 0.3]
    ds.FrameTime = 40
    lut = Dataset()
    table = np.concatenate([np.zeros(100), np.arange(300), np.full(112, 299)]).astype("<u2")
    lut.add_new(0x00283002, "US", [512, 0, 16])
    lut.LUTExplanation = "NORMAL"
    lut.add_new(0x00283006, "OW", table.tobytes())
    ds.VOILUTSequence = Sequence([lut])
    save(ds, os.path.join(directory, "voi-lut.dcm"))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    os.makedirs(sys.argv[2], exist_ok=True)
    {"syntaxes": syntaxes, "charsets": charsets, "reports": reports}[sys.argv[1]](sys.argv[2])


main()
