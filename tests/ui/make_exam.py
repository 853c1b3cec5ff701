#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the images of one exam for the screen tests.

Usage: make_exam.py DIRECTORY STUDY_UID

Two series: twelve CT slices, each with a bright square further to the right,
and a colour ultrasound loop. Made from test files of python3-pydicom and octave-dicom; the
person in them is fictitious.
"""
import copy
import glob
import os
import sys

import pydicom

FILES = "/usr/lib/python3/dist-packages/pydicom/data/test_files/"
LOOP = "/usr/share/octave/packages/dicom-*/imdata/US-PAL-8-10x-echo.dcm"
N_SLICES = 12


def identify(d, study_uid, series, number, description):
    d.PatientName = "MARTIN-EXEMPLE^Camille"
    d.PatientID = "UI-0001"
    d.StudyInstanceUID = study_uid
    d.SeriesInstanceUID = f"{study_uid}.{series}"
    d.SOPInstanceUID = f"{study_uid}.{series}.{number}"
    d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID
    d.StudyDate, d.StudyTime = "20151224", "155800"
    d.StudyDescription = "THORAX"
    d.SpecificCharacterSet = "ISO_IR 192"
    d.SeriesNumber, d.InstanceNumber = series, number
    d.SeriesDescription = description


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    directory, study_uid = sys.argv[1:]
    slice_ = pydicom.dcmread(FILES + "CT_small.dcm")
    for i in range(N_SLICES):
        d = copy.deepcopy(slice_)
        identify(d, study_uid, 1, i + 1, "THORAX 5 mm")
        d.ImagePositionPatient = [-158.1, -179.0, -75.7 + 5 * i]
        d.SliceLocation = -75.7 + 5 * i
        pixels = d.pixel_array.copy()
        pixels[8:24, 8 + 9 * i:16 + 9 * i] = 2500
        d.PixelData = pixels.tobytes()
        d.save_as(os.path.join(directory, f"ct{i:02}.dcm"))
    loop = pydicom.dcmread(glob.glob(LOOP)[0])
    identify(loop, study_uid, 2, 1, "Boucle")
    loop.save_as(os.path.join(directory, "us.dcm"))


if __name__ == "__main__":
    main()
