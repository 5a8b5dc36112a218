//! Blood, vitamins and kidney.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Vitamin D deficiency",
        per_mille: [18, 40, 48, 56],
        ages: (1, 94),
        women: 120,
        severities: MILD,
        details: &[
            "Little sun in the winter months; level below 20 ng/mL",
            "Found while looking into aches and tiredness",
        ],
        notes: &["High dose for eight weeks, then a daily supplement."],
        better: &["Level back to normal; keep the supplement in winter."],
        symptoms: &[
            symptom("Muscle aches", "Thighs and shoulders", GRADUAL, LIGHT, WEEKS),
            symptom("Fatigue", "Low energy through the winter", GRADUAL, MILD, MONTHS),
        ],
        plans: &[plan(
            95,
            &[
                adult(
                    &VITAMIN_D3,
                    &["1000 IU", "2000 IU"],
                    ONCE,
                    &["Corrects vitamin D deficiency", "Strengthens bone and muscle"],
                ),
                adult(
                    &VITAMIN_D3,
                    &["20 000 IU"],
                    WEEKLY,
                    &["Corrects vitamin D deficiency", "Strengthens bone and muscle"],
                )
                .days(56),
                adult(&VITAMIN_D3, &["400 IU", "600 IU"], ONCE, &["Corrects deficiency and supports growing bones"])
                    .child(),
            ],
        )],
        labs: &[lab(
            75,
            &BONE,
            (1, 2),
            120,
            &[
                effect(&VITAMIN_D, Level::At(7.0, 19.0), Level::At(31.0, 48.0)),
                effect(&PARATHYROID, Level::OfHigh(0.9, 1.4), Level::Normal),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Vitamin B12 deficiency",
        specialty: Specialty::Gastroenterology,
        per_mille: [0, 8, 13, 36],
        ages: (18, 94),
        details: &["Vegan diet for several years", "Pernicious anaemia with intrinsic factor antibodies"],
        notes: &["Loading injections planned, then one every three months."],
        better: &["Tingling has gone; level normal."],
        symptoms: &[
            symptom("Fatigue", "Worse on effort", GRADUAL, LIGHT, MONTHS),
            symptom("Tingling in the feet", "Both feet, equal", GRADUAL, LIGHT, MONTHS),
            symptom("Sore tongue", "Smooth and red", GRADUAL, MILD, WEEKS),
            symptom("Forgetfulness", "Loses words and appointments", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[plan(
            98,
            &[
                adult(&HYDROXOCOBALAMIN, &["1 mg injection"], "Every 3 months", &["Replaces vitamin B12"]),
                adult(&CYANOCOBALAMIN, &["50 micrograms", "1000 micrograms"], ONCE, &["Replaces vitamin B12"]),
            ],
        )],
        labs: &[lab(
            90,
            &VITAMINS,
            (1, 3),
            120,
            &[
                effect(&VITAMIN_B12, Level::At(80.0, 185.0), Level::At(320.0, 760.0)),
                effect(&MCV, Level::At(101.0, 114.0), Level::Normal),
                effect(&HAEMOGLOBIN, Level::OfLow(0.78, 0.97), Level::Normal),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Iron deficiency anaemia",
        specialty: Specialty::Gastroenterology,
        per_mille: [22, 36, 32, 40],
        ages: (1, 94),
        men: 45,
        women: 160,
        severities: MIDDLE,
        details: &[
            "Stool test negative; iron stores empty",
            "Low ferritin; diet poor in iron",
            "Blood loss from the gut excluded by endoscopy",
        ],
        notes: &["Iron to be taken with orange juice and away from tea."],
        better: &["Haemoglobin rising; iron for three more months to fill the stores."],
        symptoms: &[
            symptom("Fatigue", "Tired all day", GRADUAL, MIDDLE, MONTHS),
            symptom("Pallor", "Pale skin and inner eyelids", GRADUAL, LIGHT, WEEKS),
            symptom("Shortness of breath", "On stairs", GRADUAL, LIGHT, WEEKS),
            symptom("Hair loss", "More hair in the brush", GRADUAL, MILD, MONTHS),
        ],
        plans: &[plan(
            97,
            &[
                adult(
                    &FERROUS_SULFATE,
                    &["200 mg"],
                    "Once daily on an empty stomach",
                    &["Replaces iron and fills the stores", "Relieves tiredness from anaemia"],
                )
                .days(180),
                adult(
                    &FERROUS_FUMARATE,
                    &["210 mg"],
                    ONCE,
                    &["Replaces iron and fills the stores", "Relieves tiredness from anaemia"],
                )
                .days(150),
                adult(&FERROUS_FUMARATE, &["140 mg/5 mL, 2.5 mL"], TWICE, &["Replaces iron"]).child().days(90),
            ],
        )],
        labs: &[lab(
            92,
            &IRON_STUDIES,
            (2, 3),
            75,
            &[
                effect(&HAEMOGLOBIN, Level::OfLow(0.64, 0.94), Level::Normal),
                effect(&MCV, Level::OfLow(0.82, 0.98), Level::Normal),
                effect(&FERRITIN, Level::OfLow(0.2, 0.8), Level::Normal),
                effect(&IRON, Level::OfLow(0.3, 0.8), Level::Normal),
                effect(&TRANSFERRIN_SATURATION, Level::OfLow(0.3, 0.8), Level::Normal),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Chronic kidney disease",
        specialty: Specialty::Nephrology,
        per_mille: [0, 2, 16, 85],
        ages: (30, 96),
        severities: HARD,
        details: &[
            "Stage 3a, stable for two years",
            "Stage 3b with protein in the urine",
            "Stage 3 after long-standing high pressure",
        ],
        notes: &["Avoid anti-inflammatory tablets; drink enough in hot weather."],
        better: &["eGFR stable, potassium normal. Next check in six months."],
        symptoms: &[
            symptom("Fatigue", "Tires quickly", GRADUAL, LIGHT, MONTHS),
            symptom("Ankle swelling", "In the evening", GRADUAL, LIGHT, WEEKS),
            symptom("Itching", "Back and arms, no rash", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                65,
                &[
                    adult(
                        &RAMIPRIL,
                        &["2.5 mg", "5 mg"],
                        ONCE,
                        &["Slows the loss of kidney function", "Lowers the loss of protein in the urine"],
                    ),
                    adult(
                        &LOSARTAN,
                        &["50 mg"],
                        ONCE,
                        &["Slows the loss of kidney function", "Lowers the loss of protein in the urine"],
                    ),
                ],
            ),
            plan(
                30,
                &[adult(
                    &DAPAGLIFLOZIN,
                    &["10 mg"],
                    ONCE,
                    &["Slows the loss of kidney function", "Lowers the loss of protein in the urine"],
                )],
            ),
            plan(35, &[adult(&ATORVASTATIN, &["20 mg"], BEDTIME, &["Protects the heart in kidney disease"])]),
        ],
        labs: &[lab(
            95,
            &KIDNEY,
            (2, 4),
            180,
            &[
                effect(&EGFR, Level::At(32.0, 56.0), Level::At(30.0, 55.0)),
                effect(&CREATININE, Level::OfHigh(1.15, 1.75), Level::OfHigh(1.15, 1.8)),
                effect(&UREA, Level::OfHigh(1.05, 1.8), Level::OfHigh(1.0, 1.7)),
                effect(&URINE_ACR, Level::At(40.0, 420.0), Level::At(25.0, 200.0)),
                effect(&POTASSIUM, Level::At(4.6, 5.6), Level::At(4.3, 5.2)),
            ],
        )],
        reports: &[ReportKind {
            title: "Kidney ultrasound",
            specialty: Specialty::Radiology,
            percent: 40,
            technique: "Abdominal probe, both kidneys and the full bladder.",
            narrative: "Both kidneys are slightly small with a thin, bright cortex. No stones and no dilation. The \
                        bladder empties completely.",
            findings: &[
                measured("Right kidney length", "cm", "9.5-12.5", (9.5, 12.5), (8.4, 9.4), 1),
                measured("Left kidney length", "cm", "9.5-12.5", (9.5, 12.5), (8.5, 9.6), 1),
                normal("Collecting system", "Not dilated"),
            ],
            summary: "Small bright kidneys in keeping with chronic disease; no obstruction.",
            advice: "Follow kidney function by blood tests.",
            rays: false,
        }],
        brings: &[("Essential hypertension", 50)],
        ..PLAIN
    },
];
