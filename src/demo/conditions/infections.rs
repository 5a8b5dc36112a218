//! Infections: they come, are treated, and go.

use super::super::{drugs::*, labs::*};
use super::*;

/// What an infection with bacteria does to the blood.
const BACTERIAL: &[Effect] = &[
    effect(&WHITE_CELLS, Level::OfHigh(1.05, 1.75), Level::Normal),
    effect(&NEUTROPHILS, Level::At(76.0, 90.0), Level::Normal),
    effect(&CRP, Level::At(28.0, 210.0), Level::Normal),
];

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Community-acquired pneumonia",
        specialty: Specialty::Respiratory,
        per_mille: [14, 10, 18, 46],
        ages: (1, 98),
        course: Course::Episode(14, 35),
        urgent: 45,
        severities: GRAVE,
        details: &["Right lower lobe; treated at home", "Left lower lobe; two nights in hospital"],
        notes: &["Crackles at the base, oxygen saturation 93%. Antibiotic started, review in 48 hours."],
        symptoms: &[
            symptom("Fever", "Up to 39.4 °C with shivering", SUDDEN, HARD, DAYS),
            symptom("Cough", "With rusty sputum", SUDDEN, HARD, DAYS),
            symptom("Shortness of breath", "At rest", SUDDEN, HARD, DAYS),
            symptom("Chest pain", "Sharp on deep breaths", SUDDEN, MIDDLE, DAYS),
        ],
        plans: &[plan(
            98,
            &[
                adult(&AMOXICILLIN, &["500 mg", "1 g"], THRICE, &["Treats the bacteria that cause pneumonia"]).days(7),
                adult(&DOXYCYCLINE, &["100 mg"], TWICE, &["Treats pneumonia where penicillin cannot be given"]).days(7),
                adult(&AMOXICILLIN, &["250 mg (oral suspension)"], THRICE, &["Treats pneumonia"]).child().days(7),
                adult(&CLARITHROMYCIN, &["125 mg (oral suspension)"], TWICE, &["Treats pneumonia"]).child().days(7),
            ],
        )],
        labs: &[lab(75, &INFECTION, (1, 2), 21, BACTERIAL)],
        reports: &[ReportKind {
            title: "Chest X-ray",
            specialty: Specialty::Radiology,
            percent: 75,
            technique: "Frontal view, erect, in full inspiration.",
            narrative: "There is a patch of consolidation with an air bronchogram in the lower zone. No effusion. The \
                        heart is of normal size.",
            findings: &[
                abnormal("Lower lobe", "Consolidation", "Clear", "moderate"),
                normal("Pleural space", "No effusion"),
                normal("Heart size", "Normal"),
            ],
            summary: "Lower lobe pneumonia.",
            advice: "Repeat the picture after six weeks in smokers and in those over 50.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Acute bronchitis",
        per_mille: [52, 46, 46, 50],
        ages: (1, 96),
        course: Course::Episode(10, 24),
        severities: MILD,
        details: &["Settled within three weeks without antibiotics"],
        notes: &["Chest clear, no sign of pneumonia. Rest, fluids, come back if breathless."],
        symptoms: &[
            symptom("Cough", "First dry, then with yellow sputum", GRADUAL, LIGHT, WEEKS),
            symptom("Fever", "Up to 38.2 °C", SUDDEN, MILD, DAYS),
            symptom("Sore throat", "At the start", GRADUAL, MILD, DAYS),
        ],
        plans: &[plan(
            60,
            &[
                adult(&PARACETAMOL, &["500 mg", "1 g"], "Up to four times daily", &["Lowers fever and eases aches"])
                    .days(7),
                adult(&PARACETAMOL, &["120 mg/5 mL, 5 mL"], "Up to four times daily", &["Lowers fever"])
                    .child()
                    .days(5),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Urinary tract infection",
        specialty: Specialty::Urology,
        per_mille: [18, 62, 46, 72],
        ages: (3, 97),
        men: 25,
        women: 175,
        course: Course::Episode(5, 12),
        urgent: 6,
        severities: LIGHT,
        details: &["Escherichia coli in the culture", "Second infection this year; advice on fluids given"],
        notes: &["No fever, no flank pain. Urine sent, short course of antibiotic."],
        symptoms: &[
            symptom("Burning on urination", "Each time", SUDDEN, MIDDLE, DAYS),
            symptom("Urinary frequency", "Every half hour, small amounts", SUDDEN, MIDDLE, DAYS),
            symptom("Lower abdominal pain", "Above the pubic bone", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            97,
            &[
                adult(&NITROFURANTOIN, &["100 mg modified release"], TWICE, &["Treats the infection of the bladder"])
                    .days(5),
                adult(&TRIMETHOPRIM, &["200 mg"], TWICE, &["Treats the infection of the bladder"]).days(7),
                adult(&CEFALEXIN, &["500 mg"], TWICE, &["Treats the infection of the bladder"]).days(7),
                adult(&TRIMETHOPRIM, &["50 mg (oral suspension)", "100 mg"], TWICE, &["Treats the infection"])
                    .child()
                    .days(3),
                adult(&CEFALEXIN, &["125 mg (oral suspension)", "250 mg"], TWICE, &["Treats the infection"])
                    .child()
                    .days(3),
            ],
        )],
        labs: &[lab(
            70,
            &URINE,
            (1, 1),
            14,
            &[
                effect(&URINE_WHITE_CELLS, Level::At(25.0, 180.0), Level::Normal),
                effect(&URINE_RED_CELLS, Level::At(3.0, 28.0), Level::Normal),
                effect(&URINE_PROTEIN, Level::At(10.0, 60.0), Level::Normal),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Acute otitis media",
        specialty: Specialty::EarNoseThroat,
        per_mille: [120, 5, 2, 0],
        ages: (1, 40),
        course: Course::Episode(5, 12),
        severities: LIGHT,
        details: &["Right ear, after a cold", "Both ears; third episode"],
        notes: &["Ear drum red and bulging. Pain relief first, antibiotic if no better after two days."],
        symptoms: &[
            symptom("Ear pain", "Worse lying down", SUDDEN, MIDDLE, DAYS),
            symptom("Fever", "Up to 39 °C", SUDDEN, LIGHT, DAYS),
            symptom("Hearing loss", "Muffled on one side", SUDDEN, MILD, DAYS),
        ],
        plans: &[
            plan(
                55,
                &[
                    adult(
                        &AMOXICILLIN,
                        &["125 mg (oral suspension)", "250 mg (oral suspension)"],
                        THRICE,
                        &["Treats the infection of the middle ear"],
                    )
                    .child()
                    .days(5),
                    adult(
                        &CLARITHROMYCIN,
                        &["125 mg (oral suspension)"],
                        TWICE,
                        &["Treats the infection of the middle ear"],
                    )
                    .child()
                    .days(5),
                    adult(&AMOXICILLIN, &["500 mg"], THRICE, &["Treats the infection of the middle ear"]).days(5),
                ],
            ),
            plan(
                60,
                &[
                    adult(
                        &PARACETAMOL,
                        &["120 mg/5 mL, 5 mL", "250 mg/5 mL, 5 mL"],
                        "Up to four times daily",
                        &["Eases ear pain and fever"],
                    )
                    .child()
                    .days(4),
                    adult(&PARACETAMOL, &["500 mg"], "Up to four times daily", &["Eases ear pain and fever"]).days(4),
                ],
            ),
        ],
        ..PLAIN
    },
    Condition {
        name: "Streptococcal tonsillitis",
        specialty: Specialty::EarNoseThroat,
        per_mille: [64, 38, 8, 2],
        ages: (3, 66),
        course: Course::Episode(7, 12),
        severities: LIGHT,
        details: &["Positive rapid streptococcal test"],
        notes: &["Tonsils red with white coating, tender neck glands. Rapid test positive."],
        symptoms: &[
            symptom("Sore throat", "Hurts to swallow", SUDDEN, MIDDLE, DAYS),
            symptom("Fever", "Up to 39.2 °C", SUDDEN, MIDDLE, DAYS),
            symptom("Swollen glands", "Both sides of the neck", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            94,
            &[
                adult(&PENICILLIN_V, &["500 mg"], FOUR, &["Treats the streptococci"]).days(10),
                adult(&CLARITHROMYCIN, &["250 mg"], TWICE, &["Treats the streptococci"]).days(5),
                adult(
                    &PENICILLIN_V,
                    &["125 mg (oral solution)", "250 mg (oral solution)"],
                    FOUR,
                    &["Treats the streptococci"],
                )
                .child()
                .days(10),
                adult(&CLARITHROMYCIN, &["125 mg (oral suspension)"], TWICE, &["Treats the streptococci"])
                    .child()
                    .days(5),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Acute sinusitis",
        specialty: Specialty::EarNoseThroat,
        per_mille: [6, 40, 34, 16],
        ages: (12, 85),
        course: Course::Episode(10, 25),
        severities: MILD,
        details: &["After a cold; settled with a nasal spray"],
        notes: &["Pressure over the cheeks. Nasal rinsing and spray; no antibiotic for now."],
        symptoms: &[
            symptom("Facial pain", "Over the cheeks, worse bending down", GRADUAL, LIGHT, WEEKS),
            symptom("Blocked nose", "Both sides", GRADUAL, LIGHT, WEEKS),
            symptom("Loss of smell", "Food tastes of nothing", GRADUAL, MILD, WEEKS),
        ],
        plans: &[
            plan(
                60,
                &[adult(&FLUTICASONE_NASAL, &["100 micrograms in each nostril"], TWICE, &["Opens the sinuses"])
                    .days(14)
                    .any_age()],
            ),
            plan(
                18,
                &[
                    adult(&PENICILLIN_V, &["500 mg"], FOUR, &["Treats bacterial sinusitis"]).days(5),
                    adult(&DOXYCYCLINE, &["100 mg"], ONCE, &["Treats bacterial sinusitis"]).days(5),
                ],
            ),
        ],
        ..PLAIN
    },
    Condition {
        name: "Viral gastroenteritis",
        specialty: Specialty::Gastroenterology,
        per_mille: [70, 44, 28, 26],
        ages: (1, 97),
        course: Course::Episode(3, 8),
        urgent: 15,
        severities: LIGHT,
        details: &["Others in the household were ill as well"],
        notes: &["Not dehydrated, abdomen soft. Fluids in small sips, hand washing."],
        symptoms: &[
            symptom("Diarrhoea", "Watery, up to eight times a day", SUDDEN, MIDDLE, DAYS),
            symptom("Vomiting", "Cannot keep food down", SUDDEN, MIDDLE, DAYS),
            symptom("Abdominal cramps", "Before each stool", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            60,
            &[adult(
                &ORAL_REHYDRATION,
                &["1 sachet in 200 mL of water"],
                "After each loose stool",
                &["Replaces fluid and salts"],
            )
            .any_age()
            .days(4)],
        )],
        ..PLAIN
    },
    Condition {
        name: "Influenza",
        per_mille: [36, 34, 30, 34],
        ages: (2, 97),
        course: Course::Episode(7, 16),
        severities: LIGHT,
        details: &["Influenza A in the rapid test", "Seen in the winter wave; not vaccinated that year"],
        notes: &["Fever and aches, chest clear. Bed rest and fluids; stay at home for one week."],
        symptoms: &[
            symptom("Fever", "Up to 39.6 °C", SUDDEN, MIDDLE, DAYS),
            symptom("Muscle aches", "Whole body", SUDDEN, MIDDLE, DAYS),
            symptom("Headache", "Behind the eyes", SUDDEN, LIGHT, DAYS),
            symptom("Cough", "Dry", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[
            plan(22, &[adult(&OSELTAMIVIR, &["75 mg"], TWICE, &["Shortens influenza when started early"]).days(5)]),
            plan(
                50,
                &[
                    adult(&PARACETAMOL, &["1 g"], "Up to four times daily", &["Lowers fever and eases aches"]).days(6),
                    adult(&PARACETAMOL, &["250 mg/5 mL, 5 mL"], "Up to four times daily", &["Lowers fever"])
                        .child()
                        .days(6),
                ],
            ),
        ],
        ..PLAIN
    },
    Condition {
        name: "Shingles",
        specialty: Specialty::Dermatology,
        per_mille: [0, 5, 13, 30],
        ages: (20, 96),
        course: Course::Episode(21, 60),
        severities: MIDDLE,
        details: &["Left chest, one band of skin", "Right flank; pain lasted two months"],
        notes: &["Blisters in one band on one side. Antiviral within 72 hours; keep covered."],
        symptoms: &[
            symptom("Painful rash", "Blisters in a band on one side", SUDDEN, HARD, DAYS),
            symptom("Burning skin", "Before the rash came", SUDDEN, MIDDLE, DAYS),
        ],
        plans: &[
            plan(
                92,
                &[adult(&ACICLOVIR, &["800 mg"], "Five times daily", &["Shortens shingles and its pain"]).days(7)],
            ),
            plan(30, &[adult(&AMITRIPTYLINE, &["10 mg"], BEDTIME, &["Eases nerve pain after shingles"]).days(60)]),
        ],
        ..PLAIN
    },
    Condition {
        name: "Cellulitis",
        specialty: Specialty::Dermatology,
        per_mille: [4, 10, 16, 30],
        ages: (4, 96),
        course: Course::Episode(10, 21),
        urgent: 25,
        severities: MIDDLE,
        details: &["Lower leg, after a small cut", "Forearm, after an insect bite"],
        notes: &["Redness marked with a pen; review in two days, at once if fever rises."],
        symptoms: &[
            symptom("Skin redness", "Warm, spreading, sharp edge", SUDDEN, MIDDLE, DAYS),
            symptom("Leg swelling", "Around the red skin", SUDDEN, LIGHT, DAYS),
            symptom("Fever", "Up to 38.5 °C", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            97,
            &[
                adult(&FLUCLOXACILLIN, &["500 mg", "1 g"], FOUR, &["Treats the skin infection"]).days(7),
                adult(&DOXYCYCLINE, &["100 mg"], TWICE, &["Treats the skin infection"]).days(7),
                adult(
                    &FLUCLOXACILLIN,
                    &["125 mg (oral solution)", "250 mg (oral solution)"],
                    FOUR,
                    &["Treats the skin infection"],
                )
                .child()
                .days(7),
                adult(&CLARITHROMYCIN, &["125 mg (oral suspension)", "250 mg"], TWICE, &["Treats the skin infection"])
                    .any_age()
                    .days(7),
            ],
        )],
        labs: &[lab(40, &INFECTION, (1, 1), 14, BACTERIAL)],
        ..PLAIN
    },
    Condition {
        name: "Bacterial conjunctivitis",
        specialty: Specialty::Ophthalmology,
        per_mille: [52, 12, 10, 12],
        ages: (2, 95),
        course: Course::Episode(5, 10),
        severities: MILD,
        details: &["Both eyes; settled within a week"],
        notes: &["Yellow discharge, vision normal. Drops and careful hygiene."],
        symptoms: &[
            symptom("Red eye", "One side first, then both", SUDDEN, LIGHT, DAYS),
            symptom("Eye discharge", "Lids stuck in the morning", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            75,
            &[adult(
                &CHLORAMPHENICOL,
                &["1 drop in each eye"],
                "Every 2 hours, then four times daily",
                &["Treats the infection of the eye"],
            )
            .any_age()
            .days(5)],
        )],
        ..PLAIN
    },
    Condition {
        name: "Impetigo",
        specialty: Specialty::Dermatology,
        per_mille: [30, 1, 0, 0],
        ages: (2, 20),
        course: Course::Episode(7, 14),
        severities: MILD,
        details: &["Around the mouth and nose"],
        notes: &["Honey-coloured crusts. Cream for five days; stay at home until the crusts are dry."],
        symptoms: &[symptom("Crusted rash", "Golden crusts around the mouth", GRADUAL, LIGHT, DAYS)],
        plans: &[plan(
            95,
            &[adult(&FUSIDIC_ACID, &["Thin layer on the crusts"], THRICE, &["Treats the skin infection"])
                .any_age()
                .days(5)],
        )],
        ..PLAIN
    },
    Condition {
        name: "Chickenpox",
        specialty: Specialty::Dermatology,
        per_mille: [32, 1, 0, 0],
        ages: (1, 24),
        course: Course::Episode(7, 14),
        severities: LIGHT,
        details: &["Usual course without complications"],
        notes: &["Fresh and crusted spots side by side. No ibuprofen; stay at home until all are crusted."],
        symptoms: &[
            symptom("Itchy rash", "Spots, blisters and crusts together", SUDDEN, MIDDLE, DAYS),
            symptom("Fever", "Up to 38.6 °C", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[
            plan(70, &[adult(&CALAMINE, &["Thin layer"], NEEDED, &["Soothes the itch"]).any_age().days(7)]),
            plan(
                40,
                &[adult(
                    &PARACETAMOL,
                    &["120 mg/5 mL, 5 mL", "250 mg/5 mL, 5 mL"],
                    "Up to four times daily",
                    &["Lowers fever"],
                )
                .child()
                .days(4)],
            ),
        ],
        ..PLAIN
    },
];
