# SPDX-License-Identifier: MIT
"""Images of the demo: from Debian packages, or simulated."""
import functools
import os
import tarfile

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixel_data_handlers.rle_handler import rle_encode_frame
from pydicom.sequence import Sequence

HEAD = "/usr/share/doc/invesalius-examples/examples/Cranium.inv3"
OCTAVE = "/usr/share/octave/packages/dicom-0.5.1/imdata/"
PYDICOM = "/usr/lib/python3/dist-packages/pydicom/data/test_files/"
NIBABEL = "/usr/lib/python3/dist-packages/nibabel/"
ANGIO = "/usr/share/doc/libgdcm3.0/examples/00191113.dcm"
HEAD_SPACING = 0.957031  # in the plane
HEAD_STEP = 1.5

BRAIN_BONE = {
    "WindowCenter": [40, 600],
    "WindowWidth": [80, 2800],
    "WindowCenterWidthExplanation": ["CERVEAU", "OS"],
}
CT = {"RescaleIntercept": 0, "RescaleSlope": 1, "RescaleType": "HU", "KVP": 120,
      "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "PatientPosition": "HFS"}


def head_phantom():
    """Where documentation is not installed: a skull of ellipsoids, Hounsfield units."""
    z, y, x = np.mgrid[0:108, 0:256, 0:256].astype(np.float32)

    def inside(cz, cy, cx, rz, ry, rx):
        return ((z - cz) / rz) ** 2 + ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1

    volume = np.full(z.shape, -1000, np.int16)
    for shape, value in (((45, 128, 128, 60, 105, 82), 30), ((45, 128, 128, 58, 100, 77), 900),
                         ((45, 128, 128, 54, 93, 70), 35), ((50, 120, 112, 14, 30, 9), 5),
                         ((50, 120, 144, 14, 30, 9), 5), ((20, 45, 128, 14, 14, 22), -990)):
        volume[inside(*shape)] = value
    volume[volume == 35] += np.random.default_rng(8).normal(0, 5, (volume == 35).sum()).astype("i2")
    return volume


@functools.lru_cache(maxsize=None)
def head():
    """108 axial slices from the neck up, Hounsfield units, nose upwards."""
    if not os.path.exists(HEAD):
        return head_phantom()
    with tarfile.open(HEAD) as tar:
        name = next(m for m in tar.getmembers() if m.name.endswith("matrix.dat"))
        raw = tar.extractfile(name).read()
    return np.frombuffer(raw, "<i2").reshape(108, 256, 256)[:, ::-1, :]


def of_head(description):
    return description if os.path.exists(HEAD) else description + " (FANTÔME)"


def head_slices(series, wanted, **more):
    half = 128 * HEAD_SPACING
    for k in wanted:
        series.image(head()[k], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                     ImagePositionPatient=[-half, -half, round(k * HEAD_STEP, 3)],
                     PixelSpacing=[HEAD_SPACING, HEAD_SPACING], SliceThickness=HEAD_STEP,
                     SliceLocation=round(k * HEAD_STEP, 3), **CT, **more)


def head_coronal(series, wanted):
    """Reformatted: rows run from the top of the head down."""
    half = 128 * HEAD_SPACING
    top = round(107 * HEAD_STEP, 3)
    for y in wanted:
        series.image(head()[::-1, y, :], ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
                     ImagePositionPatient=[-half, round(y * HEAD_SPACING - half, 3), top],
                     PixelSpacing=[HEAD_STEP, HEAD_SPACING], SliceThickness=HEAD_SPACING,
                     **{**CT, "ImageType": ["DERIVED", "SECONDARY", "REFORMATTED"]}, **BRAIN_BONE)


def enlarge(a, rows, columns):
    """Bilinear."""
    y = np.linspace(0, a.shape[0] - 1, rows)
    x = np.linspace(0, a.shape[1] - 1, columns)
    y0, x0 = np.minimum(y.astype(int), a.shape[0] - 2), np.minimum(x.astype(int), a.shape[1] - 2)
    fy, fx = (y - y0)[:, None], (x - x0)[None, :]
    top = a[y0][:, x0] * (1 - fx) + a[y0][:, x0 + 1] * fx
    low = a[y0 + 1][:, x0] * (1 - fx) + a[y0 + 1][:, x0 + 1] * fx
    return top * (1 - fy) + low * fy


@functools.lru_cache(maxsize=None)
def projection(axis):
    """A radiograph reconstructed from the CT: sum of attenuation along an axis."""
    density = np.clip(head().astype(np.float32) + 1000, 0, None) / 1000
    density[density < 0.3] = 0  # air, and the head rest
    rays = density.sum(axis=axis)[::-1]
    picture = enlarge(rays, 676, 1024)
    return (picture / picture.max() * 4095).astype(np.uint16)


def ct_head_full(study):
    head_slices(study.series("CT", of_head("CRÂNE 1,5 mm"), "HEAD"), range(108), **BRAIN_BONE)
    head_coronal(study.series("CT", of_head("CRÂNE CORONAL"), "HEAD"), range(40, 220, 3))


def ct_head(study):
    head_slices(study.series("CT", of_head("CRÂNE 6 mm"), "HEAD"), range(4, 108, 4), **BRAIN_BONE)


def ct_thorax(study):
    thorax = pydicom.dcmread(PYDICOM + "CT_small.dcm").pixel_array
    study.series("CT", "THORAX", "CHEST").image(
        thorax, **{**CT, "RescaleIntercept": -1024}, PixelSpacing=[0.661468, 0.661468],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[-42.3, -42.3, 0],
        SliceThickness=5, WindowCenter=[40, -600, 400], WindowWidth=[400, 1500, 1800],
        WindowCenterWidthExplanation=["MEDIASTIN", "POUMON", "OS"])


def body(study):
    study.series("CT", of_head("TOPOGRAMME (RECONSTRUIT)"), "HEAD").image(
        projection(1), **{**CT, "ImageType": ["DERIVED", "SECONDARY", "LOCALIZER"]},
        PixelSpacing=[0.24, 0.24])
    head_slices(study.series("CT", of_head("ÉTAGE CERVICAL"), "NECK"), range(0, 16, 2),
                WindowCenter=40, WindowWidth=350, WindowCenterWidthExplanation="TISSUS MOUS")
    ct_thorax(study)


def ct_ankle(study):
    ankle = pydicom.dcmread(OCTAVE + "CT-MONO2-16-ankle.dcm").pixel_array.copy()
    # the writing in the margins belongs to another exam
    for margin in (ankle[:54], ankle[478:], ankle[:, :118], ankle[:, 400:]):
        margin[:] = ankle[60, 125]
    study.series("CT", "CHEVILLE DROITE - RENDU DE SURFACE", "ANKLE").image(
        ankle, ImageType=["DERIVED", "SECONDARY", "SURFACE"], RescaleIntercept=0, RescaleSlope=1,
        WindowCenter=2048, WindowWidth=4096, PatientOrientation=["L", "F"])


@functools.lru_cache(maxsize=None)
def us_frames():
    """Ten frames of palette indices, without the date that the machine wrote."""
    frames = pydicom.dcmread(OCTAVE + "US-PAL-8-10x-echo.dcm").pixel_array.copy()
    frames[:, 0:62, 0:125] = frames[0, 2, 150]
    return frames, [rle_encode_frame(f) for f in frames]


def us_loop(study):
    """In colour, PALETTE COLOR and RLE as the machine stored it."""
    study.series("US loop", "DOPPLER COULEUR").copy(
        OCTAVE + "US-PAL-8-10x-echo.dcm", FrameTime=70, FrameIncrementPointer=0x00181063,
        PixelData=encapsulate(us_frames()[1]))


def us_phantom(study):
    """Simulated: speckle in a fan, two cysts, a line of echoes."""
    rng = np.random.default_rng(6)
    y, x = np.mgrid[0:480, 0:640]
    depth = np.hypot(x - 320, y + 60)
    inside = (np.abs(np.arctan2(x - 320, y + 60)) < 0.6) & (depth > 90) & (depth < 520)
    speckle = rng.rayleigh(40, (480, 640))
    for cx, cy, r in ((280, 230, 38), (400, 330, 20)):
        far = np.hypot(x - cx, y - cy)
        speckle[far < r] *= 0.06
        behind = (np.abs(x - cx) < r) & (y > cy + r) & (y < cy + 4 * r)
        speckle[behind] *= 1.5
    speckle[np.abs(depth - 470) < 4] += 120
    grey = np.where(inside, np.clip(speckle * np.exp(-depth / 900) * 1.6, 0, 255), 0)
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 639, 479
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.035
    study.series("US", "FANTÔME D'ÉCHOGRAPHIE (SIMULÉ)", "ABDOMEN").image(
        grey.astype(np.uint8), SequenceOfUltrasoundRegions=Sequence([region]))


def radiograph(series, picture, spacing, orientation, inverted):
    picture = 4095 - picture if inverted else picture
    series.image(picture, BitsStored=12, HighBit=11, ImagerPixelSpacing=[spacing, spacing],
                 PhotometricInterpretation="MONOCHROME1" if inverted else "MONOCHROME2",
                 PresentationIntentType="FOR PRESENTATION", PatientOrientation=orientation,
                 ImageType=["DERIVED", "SECONDARY"], RescaleIntercept=0, RescaleSlope=1,
                 RescaleType="US", PresentationLUTShape="INVERSE" if inverted else "IDENTITY",
                 WindowCenter=2048, WindowWidth=4096)


def dx_skull(study):
    radiograph(study.series("DX", of_head("FACE (RECONSTRUITE DU SCANNER)"), "SKULL"), projection(1),
               0.24, ["L", "F"], False)
    radiograph(study.series("DX", of_head("PROFIL (RECONSTRUIT DU SCANNER)"), "SKULL"), projection(2),
               0.24, ["P", "F"], True)


def ellipse(y, x, cy, cx, ry, rx):
    """Thickness of an ellipsoid under each point, 0..1."""
    return np.sqrt(np.clip(1 - ((y - cy) / ry) ** 2 - ((x - cx) / rx) ** 2, 0, None))


def dx_thorax(study):
    """Simulated: body, lungs, heart, spine and ribs as sums of attenuation."""
    y, x = np.mgrid[0:1024, 0:1024]
    rays = 60 * ellipse(y, x, 560, 512, 900, 470)
    for side in (-1, 1):
        rays -= 34 * ellipse(y, x, 470, 512 + side * 205, 350, 165)
        for i in range(10):
            line = 170 + 68 * i + ((x - 512) / 512) ** 2 * (90 + 14 * i)
            rib = np.exp(-((y - line) / 11) ** 2) * (np.abs(x - 512) < 410)
            rays += 2.2 * rib * (side * (x - 512) > 20)
    rays += 20 * ellipse(y, x, 600, 560, 210, 165)
    rays += 16 * np.exp(-((x - 512) / 42.0) ** 2) * (0.8 + 0.2 * np.cos(y / 9.0))
    rays += np.random.default_rng(3).normal(0, 0.25, rays.shape)
    picture = np.clip(rays / rays.max() * 4095, 0, 4095).astype(np.uint16)
    radiograph(study.series("DX", "FANTÔME DE THORAX (SIMULÉ)", "CHEST"), picture, 0.35,
               ["L", "F"], True)


def nm_bone(study):
    """A whole body bone scan, 12-bit JPEG as it was stored."""
    study.series("NM", "CORPS ENTIER", "WHOLEBODY").copy(
        PYDICOM + "JPGExtended.dcm", WindowCenter=60, WindowWidth=120)


def xa_phantom(study):
    """A vessel and its branches that fill from above."""
    y, x = np.mgrid[0:512, 0:512]
    rays = np.full((512, 512), 180.0)
    for slope, start, width in ((0, 0, 9), (0.5, 200, 6), (-0.4, 240, 6), (0.9, 330, 4)):
        line = 256 + slope * np.clip(y - start, 0, None)
        rays -= 110 * np.exp(-((x - line) / width) ** 2) * (y > start)
    frames = [np.where(y < 60 * (k + 1), rays, 180) for k in range(9)]
    study.series("XA", "ANGIOGRAPHIE (SIMULÉE)", "ABDOMEN").image(
        np.clip(frames, 0, 255).astype(np.uint8), FrameTime=250,
        FrameIncrementPointer=0x00181063)


def xa(study):
    if not os.path.exists(ANGIO):
        xa_phantom(study)
        return
    study.series("XA", "ARTÉRIOGRAPHIE", "ABDOMEN").copy(ANGIO, FrameTime=250,
                                                       FrameIncrementPointer=0x00181063)


def mr_volume():
    import nibabel
    image = nibabel.load(NIBABEL + "tests/data/example4d.nii.gz")
    return np.asarray(image.dataobj), image.affine


def mr_head(study):
    """Two volumes of 24 slices: one enhanced object, then classic ones."""
    volume, affine = mr_volume()
    lps = np.diag([-1, -1, 1, 1]) @ affine
    # display order: x to the patient's left, y to the back
    row, column = lps[:3, 0], -lps[:3, 1]
    row, column = row / np.linalg.norm(row), column / np.linalg.norm(column)
    last = volume.shape[1] - 1

    def place(k):
        corner = lps @ np.array([0, last, k, 1.0])
        return [float(f"{c:.4f}") for c in corner[:3]]

    cosines = [float(f"{c:.6f}") for c in [*row, *column]]
    stack = np.stack([volume[:, ::-1, k, 0].T for k in range(24)]).astype(np.uint16)
    enhanced(study.series("MR enhanced", "AX T2* MULTI-COUPES", "BRAIN"), stack,
             [place(k) for k in range(24)], cosines)
    series = study.series("MR", "AX T2* (2)", "BRAIN")
    for k in range(24):
        series.image(volume[:, ::-1, k, 1].T.astype(np.uint16), ImageOrientationPatient=cosines,
                     ImagePositionPatient=place(k), PixelSpacing=[2, 2], SliceThickness=2.2,
                     WindowCenter=450, WindowWidth=900, PatientPosition="HFS",
                     ScanningSequence="EP", SequenceVariant="NONE")


def group(keyword, **values):
    outer, inner = Dataset(), Dataset()
    for name, value in values.items():
        setattr(inner, name, value)
    setattr(outer, keyword, Sequence([inner]))
    return outer


def enhanced(series, stack, positions, cosines):
    shared = group("PixelMeasuresSequence", PixelSpacing=[2, 2], SliceThickness=2.2)
    shared.update(group("PlaneOrientationSequence", ImageOrientationPatient=cosines))
    shared.update(group("FrameVOILUTSequence", WindowCenter=450, WindowWidth=900,
                        WindowCenterWidthExplanation="CERVEAU"))
    shared.update(group("PixelValueTransformationSequence", RescaleIntercept=0, RescaleSlope=1,
                        RescaleType="US"))
    frames = []
    for k, position in enumerate(positions, 1):
        frame = group("PlanePositionSequence", ImagePositionPatient=position)
        frame.update(group("FrameContentSequence", StackID="1", InStackPositionNumber=k))
        frames.append(frame)
    series.image(stack, SharedFunctionalGroupsSequence=Sequence([shared]),
                 PerFrameFunctionalGroupsSequence=Sequence(frames),
                 ImageType=["ORIGINAL", "PRIMARY", "T2_STAR", "NONE"])


def mr_carotids(study):
    study.series("MR", "ANGIO-IRM MIP", "NECK").copy(
        NIBABEL + "nicom/tests/data/slicethickness_empty_string.dcm", PatientOrientation=["L", "F"],
        PixelSpacing=[0.520833, 0.520833])


def ecg(study):
    """The traces of a recorded ECG drawn on millimetre paper."""
    ds = pydicom.dcmread(PYDICOM + "waveform_ecg.dcm")
    traces = ds.waveform_array(0)
    page = np.full((900, 1250, 3), 255, np.uint8)
    for step, shade in ((10, 235), (50, 200)):
        page[::step, :, 1:] = shade
        page[:, ::step, 1:] = shade
    for lead in range(min(12, traces.shape[1])):
        x0, y0 = (lead // 6) * 620 + 15, (lead % 6) * 145 + 90
        trace = traces[:, lead] - np.median(traces[:, lead])
        n = min(len(trace), 2500)
        xs = x0 + np.arange(n) * 595 // n
        ys = np.clip(y0 - trace[:n] / (np.abs(traces).max() or 1) * 110, 5, 894).astype(int)
        for i in range(1, n):
            a, b = sorted((ys[i - 1], ys[i]))
            page[a:b + 1, xs[i]] = 0
    study.series("SC", "TRACÉ ECG 12 DÉRIVATIONS", "HEART", modality="ECG").image(
        page, ConversionType="WSD")
