#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: make_directory.py FOLDER

A fictitious directory of professionals (rpps.txt, in the form of the public
extract) and a history of 61 accesses to the exams of DEMO-0001 (accesses.csv),
with the professions, specialties, motives and dates that the user guide shows.
The same files come out each time. No person in them exists.
"""
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|"
    "Code civilité d'exercice|Libellé civilité d'exercice|Code civilité|Libellé civilité|"
    "Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|"
    "Code catégorie professionnelle|Libellé catégorie professionnelle|"
    "Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|"
    "Numéro FINESS site|Raison sociale site"
).split("|")

PLACES = {
    "679900019": "CHRU DE STRASBOURG",
    "579900010": "CH FICTIF DE METZ",
    "679900027": "CLINIQUE DE L'EXEMPLE",
    "519900013": "CABINET DE RADIOLOGIE DU TEST",
    "": "",
}
SPECIALTIES = [
    ("SM44", "Radio-diagnostic (SM)"),
    ("SCH55", "Radiologie (SCH)"),
    ("SM42", "Psychiatrie (SM)"),
    ("SM26", "Qualifié en Médecine Générale (SM)"),
    ("SM04", "Cardiologie et maladies vasculaires (SM)"),
    ("SM15", "Dermatologie et vénéréologie (SM)"),
    ("SM32", "Neurologie (SM)"),
    ("SM40", "Pédiatrie (SM)"),
    ("SM41", "Pneumologie (SM)"),
    ("SM24", "Gynécologie-obstétrique (SM)"),
]
# family name, given name, specialty, places
KNOWN = [
    ("MULLER", "Jean-Paul", 1, ["679900019"]),
    ("MARTEAU", "Dominique", 1, ["679900019"]),
    ("ESSAI", "Vincent", 1, ["579900010"]),
    ("FICTIF", "Charlotte", 2, ["679900019", "679900027"]),
    ("EXEMPLE", "Catherine", 0, [""]),
]
FAMILIES = (
    "ABRICOT AUBÉPINE BLEUET BOUTON-D'OR BRUYÈRE CAMOMILLE CAPUCINE CERISIER CHÂTAIGNE CORIANDRE "
    "ÉGLANTINE FENOUIL FOUGÈRE GENÊT GIROFLÉE GLYCINE HORTENSIA JASMIN JONQUILLE LAVANDE LILAS "
    "MARGUERITE MIRABELLE MUGUET MYOSOTIS NÉNUPHAR NOISETTE ŒILLET ORCHIDÉE PERVENCHE PIVOINE "
    "PRUNELLE QUETSCHE RÉSÉDA ROMARIN SAULE SUREAU TILLEUL TOURNESOL VERVEINE VIOLETTE"
).split()
GIVEN = (
    "Anne Benoît Camille Cécile Daniel Élodie Émile Fabien Françoise Gaëlle Hélène Jean-Luc "
    "Jérôme Léa Loïc Lucie Marie-Noëlle Mathieu Noémie Pascal René Sylvie Théo Zoé"
).split()
MOTIVES = ["Vu en consultation", "Hospitalisé dans mon service", "Médecin traitant",
           "Accès en urgence"]
# the first page of the guide's history
GUIDE = [
    (1, "2017-06-06 11:34", 0),
    (None, "2017-06-02 17:05", 1),
    (0, "2017-06-01 09:48", 2),
    (2, "2017-05-03 17:14", 3),
    (0, "2017-04-20 10:07", 1),
]
N_PROFESSIONALS = 300
N_ACCESSES = 61


def rpps(n):
    """Eleven digits from 1000001: the last one is the Luhn key."""
    digits = f"{1000000000 + n:010d}"
    total = 0
    for i, digit in enumerate(reversed(digits)):
        d = int(digit) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return digits + str(-total % 10)


def line(number, family, given, specialty, place, profession=("10", "Médecin")):
    code, label = specialty
    kind = ("S", "Spécialité ordinale") if code.startswith("SM") else ("C", "Compétence")
    if not code:
        kind = ("", "")
    values = ["8", number, "8" + number, "DR", "Docteur", "", "", family, given, *profession,
              "C", "Civil", *kind, code, label, place, PLACES[place]]
    return "|".join(values)


def directory(rng):
    people = [(rpps(i), family, given, SPECIALTIES[s], places)
              for i, (family, given, s, places) in enumerate(KNOWN)]
    while len(people) < N_PROFESSIONALS:
        family = rng.choice(FAMILIES)
        if rng.random() < 0.15:
            family += "-" + rng.choice(FAMILIES)
        people.append((rpps(len(people)), family, rng.choice(GIVEN), rng.choice(SPECIALTIES),
                       rng.sample(sorted(PLACES), rng.choice([1, 1, 1, 2]))))
    lines = ["|".join(COLUMNS)]
    for number, family, given, specialty, places in people:
        lines += [line(number, family, given, specialty, place) for place in places]
    # not taken: another profession, and an identifier of the older kind
    lines.append(line(rpps(9001), "INFIRMIÈRE-FICTIVE", "Rose", ("", ""), "679900019",
                      ("60", "Infirmier")))
    lines.append("0|670000001" + line(rpps(9002), "ANCIEN", "Numéro", ("", ""), "")[13:])
    return people, lines


def accesses(rng, people):
    rows = []
    for who, at, motive in GUIDE:
        number, names = ("", "GHRMSA;Radiologue;Médecin;Radio-diagnostic (SM)")
        if who is not None:
            number, names = people[who][0], ";;;"
        rows.append((at, f"{number};{at};{MOTIVES[motive]};{names}"))
    at = datetime(2017, 4, 12, 16, 20)
    while len(rows) < N_ACCESSES:
        person = people[rng.choice([0, 0, 1, 2, 4, *range(5, 25)])]
        stamp = at.strftime("%Y-%m-%d %H:%M")
        rows.append((stamp, f"{person[0]};{stamp};{rng.choice(MOTIVES[:3])};;;;"))
        at -= timedelta(days=rng.randint(1, 24), minutes=rng.randint(1, 500))
        at = at.replace(hour=rng.randint(8, 18))
    lines = ["authority;ipp;rpps;at;motive;family_name;given_name;profession;specialty"]
    # oldest first, so that numbers follow time
    lines += [f"EMAGE-DEMO;DEMO-0001;{text}" for _, text in sorted(rows)]
    return lines


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random("e-mage")
    people, lines = directory(rng)
    (folder / "rpps.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "accesses.csv").write_text("\n".join(accesses(rng, people)) + "\n",
                                         encoding="utf-8")


main()
