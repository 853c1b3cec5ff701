#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the DICOM studies of the demo region.

Usage: make_studies.py DIRECTORY

Real images where a Debian package has them (a head CT, an ankle, a colour
ultrasound loop, a bone scan, an angiography, a brain MRI, an ECG), simulated
ones where none has, and then their series says so. Every identity is rewritten:
patients, doctors and findings are those of exams.txt, all fictitious. The same
call writes the same objects again, identifiers included.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import dicom_images as images
import dicom_objects as objects

KINDS = {
    "ct_head_full": images.ct_head_full,
    "ct_head": images.ct_head,
    "ct_thorax": images.ct_thorax,
    "ct_ankle": images.ct_ankle,
    "body": images.body,
    "us_loop": images.us_loop,
    "us_phantom": images.us_phantom,
    "dx_skull": images.dx_skull,
    "dx_thorax": images.dx_thorax,
    "nm_bone": images.nm_bone,
    "ecg": images.ecg,
    "xa": images.xa,
    "mr_head": images.mr_head,
    "mr_carotids": images.mr_carotids,
}


def read_exams(path):
    """Patients with their exams, in the order of the file."""
    patients = []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            sections = patients[-1]["exams"][-1]["sections"]
            sections[-1] = (sections[-1][0], sections[-1][1] + "\n" + line.strip())
            continue
        word, _, rest = line.partition(": ")
        fields = [f.strip() for f in rest.split(" | ")]
        if word == "patient":
            patients.append(dict(zip(("id", "name", "birth", "sex"), fields), exams=[]))
        elif word == "exam":
            exam = dict(zip(("when", "place", "title", "kind", "doctor"), fields), sections=[])
            if exam["kind"] not in KINDS:
                sys.exit(f"{path}:{number}: no images of kind {exam['kind']}")
            patients[-1]["exams"].append(exam)
        else:
            patients[-1]["exams"][-1]["sections"].append((word, rest))
    return patients


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    here = os.path.dirname(os.path.abspath(__file__))
    for patient in read_exams(os.path.join(here, "exams.txt")):
        n_files = 0
        for exam in patient["exams"]:
            study = objects.Study(sys.argv[1], patient, exam)
            KINDS[exam["kind"]](study)
            study.report()
            n_files += study.n_files
        print(f"{patient['id']}  {patient['name'].replace('^', ' ').strip()}: "
              f"{len(patient['exams'])} exams, {n_files} files")


if __name__ == "__main__":
    main()
