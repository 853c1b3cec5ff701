# SPDX-License-Identifier: MIT
"""Studies, series and reports of the demo as DICOM objects."""
import os
import uuid
import warnings

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import decode_data_sequence, encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

warnings.filterwarnings("ignore")

SR_CLASS = "1.2.840.10008.5.1.4.1.1.88.11"
CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "MR enhanced": "1.2.840.10008.5.1.4.1.1.4.1",
    "US loop": "1.2.840.10008.5.1.4.1.1.3.1",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "NM": "1.2.840.10008.5.1.4.1.1.20",
    "XA": "1.2.840.10008.5.1.4.1.1.12.1",
    "SC": "1.2.840.10008.5.1.4.1.1.7",
}
# name as in DICOM, RPPS number
DOCTORS = {
    "marteau": ("MARTEAU^Dominique^^Dr", "10000000017"),
    "essai": ("ESSAI^Vincent^^Dr", "10000000041"),
}
SECTIONS = {
    "Indication": ("18785-6", "Indication"),
    "Technique": ("55111-9", "Technique"),
    "Résultats": ("59776-5", "Résultats"),
    "Conclusion": ("19005-8", "Conclusion"),
}
NOTE = ("Document de démonstration : personnes, médecins et résultats fictifs. "
        "Les images illustrent le logiciel et n'ont pas de valeur diagnostique.")
ISSUER = "EMAGE-DEMO"


def uid(*parts):
    """The same identifier each time for the same words."""
    return "2.25." + str(uuid.uuid5(uuid.NAMESPACE_URL, "emage-demo/" + "/".join(parts)).int)


def code(value, scheme, meaning):
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return Sequence([ds])


class Study:
    """One exam: its series are added one after the other, its report last."""

    def __init__(self, directory, patient, exam):
        day, clock = exam["when"].split(" ")
        self.patient, self.exam = patient, exam
        self.date = day[6:10] + day[3:5] + day[0:2]
        self.time = clock.replace(":", "") + "00"
        self.key = patient["id"] + "/" + self.date + self.time
        self.uid = uid(self.key)
        self.folder = os.path.join(directory, patient["id"], self.date + "-" + self.time[:4])
        self.n_series = 0
        self.n_files = 0
        os.makedirs(self.folder, exist_ok=True)

    def base(self, sop_class, modality, *key):
        """What every object of the study holds."""
        meta = FileMetaDataset()
        ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        ds.is_little_endian, ds.is_implicit_VR = True, False
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.SOPClassUID = sop_class
        ds.SOPInstanceUID = uid(self.key, *key)
        ds.StudyDate = ds.SeriesDate = ds.ContentDate = self.date
        ds.StudyTime = ds.SeriesTime = ds.ContentTime = self.time
        ds.AccessionNumber = "D" + uid(self.key)[-9:]
        ds.Modality = modality
        ds.Manufacturer = "e-mage"
        ds.InstitutionName = self.exam["place"]
        ds.ReferringPhysicianName = "FICTIF^Jean-Paul^^Dr"
        ds.StudyDescription = self.exam["title"]
        ds.PatientName = self.patient["name"]
        ds.PatientID = self.patient["id"]
        ds.IssuerOfPatientID = ISSUER
        ds.PatientBirthDate = self.patient["birth"]
        ds.PatientSex = self.patient["sex"]
        ds.StudyInstanceUID = self.uid
        ds.StudyID = "1"
        return ds

    def save(self, ds, name):
        meta = ds.file_meta
        meta.MediaStorageSOPClassUID = ds.SOPClassUID
        meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.save_as(os.path.join(self.folder, name + ".dcm"), write_like_original=False)
        self.n_files += 1

    def series(self, kind, description, body_part="", modality=None):
        self.n_series += 1
        return Series(self, kind, description, body_part, modality or kind.split(" ")[0])

    def report(self):
        """Basic Text SR: verified and signed an hour after the exam."""
        ds = self.base(SR_CLASS, "SR", "report")
        name, rpps = DOCTORS[self.exam["doctor"]]
        hour = min(int(self.time[:2]) + 1, 23)
        signed = f"{self.date}{hour:02}{59 if hour == 23 else int(self.time[2:4]):02}00"
        ds.SeriesInstanceUID = uid(self.key, "report series")
        ds.SeriesNumber, ds.InstanceNumber = 99, 1
        ds.SeriesDescription = "Compte rendu"
        ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
        ds.ConceptNameCodeSequence = code("18748-4", "LN", "Compte rendu d'imagerie médicale")
        ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "VERIFIED"
        who = Dataset()
        who.VerifyingObserverName = name
        who.VerifyingOrganization = self.exam["place"]
        who.VerificationDateTime = signed
        who.VerifyingObserverIdentificationCodeSequence = code(rpps, "RPPS", "Médecin")
        ds.VerifyingObserverSequence = Sequence([who])
        sections = [report_section(*s) for s in self.exam["sections"]]
        ds.ContentSequence = Sequence(sections + [report_section("Avertissement", NOTE)])
        self.save(ds, "report")


def report_section(title, text):
    value, meaning = SECTIONS.get(title, ("121106", title))
    heading, item = Dataset(), Dataset()
    heading.RelationshipType, heading.ValueType = "CONTAINS", "CONTAINER"
    heading.ContinuityOfContent = "SEPARATE"
    heading.ConceptNameCodeSequence = code(value, "LN" if title in SECTIONS else "DCM", meaning)
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = code("121071", "DCM", "Finding")
    item.TextValue = text
    heading.ContentSequence = Sequence([item])
    return heading


class Series:
    def __init__(self, study, kind, description, body_part, modality):
        self.study, self.kind, self.number = study, kind, study.n_series
        self.description, self.body_part, self.modality = description, body_part, modality
        self.n = 0

    def image(self, pixels, **attributes):
        """An object of one frame, or of several when `pixels` has one axis more."""
        self.n += 1
        ds = self.study.base(CLASSES[self.kind], self.modality, str(self.number), str(self.n))
        ds.SeriesInstanceUID = uid(self.study.key, "series", str(self.number))
        ds.SeriesNumber, ds.InstanceNumber = self.number, self.n
        ds.SeriesDescription = self.description
        if self.body_part:
            ds.BodyPartExamined = self.body_part
        set_pixels(ds, pixels)
        for name, value in attributes.items():
            setattr(ds, name, value)
        self.study.save(ds, f"s{self.number:02}-i{self.n:04}")
        return ds

    def copy(self, path, **attributes):
        """An existing object with another identity: only its pixels stay."""
        source = pydicom.dcmread(path)
        self.n += 1
        ds = self.study.base(CLASSES[self.kind], self.modality, str(self.number), str(self.n))
        for element in source:
            if element.tag.group in (0x0028, 0x7FE0) or element.tag in (0x00181063, 0x00180040):
                ds[element.tag] = element
        ds.SeriesInstanceUID = uid(self.study.key, "series", str(self.number))
        ds.SeriesNumber, ds.InstanceNumber = self.number, self.n
        ds.SeriesDescription = self.description
        if self.body_part:
            ds.BodyPartExamined = self.body_part
        for name, value in attributes.items():
            setattr(ds, name, value)
        ds.file_meta.TransferSyntaxUID = source.file_meta.TransferSyntaxUID
        if source.file_meta.TransferSyntaxUID.is_compressed and "PixelData" not in attributes:
            # each of the sources has one fragment a frame; here of even length
            ds.PixelData = encapsulate(decode_data_sequence(source.PixelData))
        ds.is_little_endian = source.is_little_endian
        ds.is_implicit_VR = source.is_implicit_VR
        self.study.save(ds, f"s{self.number:02}-i{self.n:04}")


def set_pixels(ds, pixels):
    colour = pixels.shape[-1] == 3
    shape = pixels.shape[:-1] if colour else pixels.shape
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 0
    if len(shape) == 3:
        ds.NumberOfFrames = shape[0]
    ds.Rows, ds.Columns = shape[-2:]
    bits = pixels.dtype.itemsize * 8
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit = bits - 1
    ds.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    ds.PixelData = np.ascontiguousarray(pixels).tobytes()
    if len(ds.PixelData) % 2:
        ds.PixelData += b"\0"
