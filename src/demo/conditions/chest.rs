//! Lungs, airways and allergy of the nose.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Asthma",
        specialty: Specialty::Respiratory,
        per_mille: [100, 68, 60, 48],
        ages: (3, 88),
        group: "airways",
        urgent: 18,
        severities: MIDDLE,
        details: &[
            "Triggered by colds and cold air",
            "Allergic asthma, worse in the pollen season",
            "Reversible on spirometry; triggered by effort",
        ],
        notes: &["Inhaler technique checked; peak flow diary given."],
        better: &["Uses the reliever less than twice a week: well controlled."],
        worse: &["Woken by cough twice a week; preventer to be used every day."],
        symptoms: &[
            symptom("Wheezing", "Whistling on breathing out, worse at night", SPELLS, MIDDLE, DAYS),
            symptom("Shortness of breath", "With exercise and in cold air", SPELLS, MIDDLE, DAYS),
            symptom("Cough", "Dry, wakes at night", SPELLS, LIGHT, WEEKS),
            symptom("Chest tightness", "Feels unable to breathe out", SUDDEN, MIDDLE, HOURS),
        ],
        plans: &[
            plan(
                95,
                &[
                    adult(
                        &SALBUTAMOL,
                        &["100 micrograms per puff, 2 puffs"],
                        NEEDED,
                        &["Relieves wheeze and breathlessness", "Taken before exercise to prevent wheeze"],
                    ),
                    adult(
                        &SALBUTAMOL,
                        &["100 micrograms per puff, 2 puffs through a spacer"],
                        NEEDED,
                        &["Relieves wheeze", "Taken before exercise to prevent wheeze"],
                    )
                    .child(),
                ],
            ),
            plan(
                62,
                &[
                    adult(
                        &BECLOMETASONE,
                        &["100 micrograms", "200 micrograms"],
                        TWICE,
                        &["Prevents attacks of asthma", "Calms the inflammation of the airways"],
                    ),
                    adult(
                        &BUDESONIDE_FORMOTEROL,
                        &["200/6 micrograms"],
                        TWICE,
                        &["Prevents attacks of asthma", "Calms the inflammation of the airways"],
                    ),
                    adult(
                        &BECLOMETASONE,
                        &["50 micrograms", "100 micrograms"],
                        TWICE,
                        &["Prevents attacks of asthma", "Calms the inflammation of the airways"],
                    )
                    .child(),
                ],
            ),
            plan(
                14,
                &[
                    adult(
                        &MONTELUKAST,
                        &["10 mg"],
                        BEDTIME,
                        &["Prevents attacks of asthma", "Calms the inflammation of the airways"],
                    ),
                    adult(
                        &MONTELUKAST,
                        &["4 mg", "5 mg"],
                        BEDTIME,
                        &["Prevents attacks of asthma", "Calms the inflammation of the airways"],
                    )
                    .child(),
                ],
            ),
            plan(7, &[adult(&PREDNISOLONE, &["40 mg"], ONCE, &["Treats a sudden worsening of asthma"]).days(5)]),
        ],
        labs: &[lab(
            14,
            &ALLERGY,
            (1, 1),
            300,
            &[
                effect(&IGE, Level::At(130.0, 620.0), Level::At(120.0, 520.0)),
                effect(&EOSINOPHILS, Level::At(5.0, 11.0), Level::At(3.5, 7.0)),
            ],
        )],
        reports: &[ReportKind {
            title: "Spirometry",
            specialty: Specialty::Respiratory,
            percent: 46,
            technique: "Three acceptable blows before and 15 minutes after 400 micrograms of salbutamol.",
            narrative: "Airflow is reduced before and rises clearly after the bronchodilator. Total volume is normal.",
            findings: &[
                measured("FEV1/FVC", "%", "> 70", (70.1, 100.0), (58.0, 69.0), 0),
                measured("Rise of FEV1 after salbutamol", "%", "< 12", (-20.0, 11.9), (13.0, 24.0), 0),
                measured("FVC", "% predicted", "80-120", (80.0, 120.0), (84.0, 108.0), 0),
            ],
            summary: "Reversible narrowing of the airways, in keeping with asthma.",
            advice: "Continue the preventer; review control in three months.",
            rays: false,
        }],
        brings: &[("Allergic rhinitis", 28), ("Atopic dermatitis", 10)],
        ..PLAIN
    },
    Condition {
        name: "Chronic obstructive pulmonary disease",
        specialty: Specialty::Respiratory,
        per_mille: [0, 0, 26, 82],
        ages: (42, 94),
        group: "airways",
        urgent: 20,
        severities: GRAVE,
        details: &[
            "GOLD stage 2; about 30 pack-years of smoking",
            "GOLD stage 3 with two exacerbations in the last year",
        ],
        notes: &["Breathless on hills; pulmonary rehabilitation offered, influenza vaccine advised."],
        worse: &["Oxygen saturation 94% on air. Inhaler technique corrected."],
        symptoms: &[
            symptom("Chronic cough", "Every morning, for most of the year", CHRONIC, MIDDLE, LONG),
            symptom("Sputum", "White, more in winter", CHRONIC, LIGHT, MONTHS),
            symptom("Shortness of breath", "On level ground at own pace", GRADUAL, HARD, MONTHS),
            symptom("Wheezing", "On effort", SPELLS, MIDDLE, WEEKS),
        ],
        plans: &[
            plan(
                85,
                &[
                    adult(
                        &TIOTROPIUM,
                        &["18 micrograms", "2.5 micrograms, 2 puffs"],
                        ONCE,
                        &["Keeps the airways open", "Reduces the number of exacerbations"],
                    ),
                    adult(
                        &UMECLIDINIUM_VILANTEROL,
                        &["55/22 micrograms"],
                        ONCE,
                        &["Keeps the airways open", "Reduces the number of exacerbations"],
                    ),
                ],
            ),
            plan(
                85,
                &[adult(&SALBUTAMOL, &["100 micrograms per puff, 2 puffs"], NEEDED, &["Relieves breathlessness"])],
            ),
            plan(18, &[adult(&PREDNISOLONE, &["30 mg"], ONCE, &["Treats a sudden worsening"]).days(5)]),
        ],
        labs: &[lab(30, &BLOOD_COUNT, (1, 2), 300, &[])],
        reports: &[
            ReportKind {
                title: "Spirometry",
                specialty: Specialty::Respiratory,
                percent: 60,
                technique: "Three acceptable blows, 15 minutes after 400 micrograms of salbutamol.",
                narrative: "Airflow stays reduced after the bronchodilator. The curve is scooped.",
                findings: &[
                    measured("FEV1/FVC", "%", "> 70", (70.1, 100.0), (42.0, 66.0), 0),
                    measured("FEV1", "% predicted", "80-120", (80.0, 120.0), (36.0, 74.0), 0),
                ],
                summary: "Fixed airflow obstruction in keeping with COPD.",
                advice: "Stop smoking where this applies; long-acting bronchodilator and yearly spirometry.",
                rays: false,
            },
            ReportKind {
                title: "Chest X-ray",
                specialty: Specialty::Radiology,
                percent: 40,
                technique: "Frontal and lateral views, erect.",
                narrative: "The lungs are large with flat diaphragms. No mass and no consolidation. The heart is slim.",
                findings: &[
                    abnormal("Lung volume", "Hyperinflated", "Normal", "moderate"),
                    normal("Heart size", "Normal"),
                ],
                summary: "Hyperinflated lungs; no sign of a tumour or pneumonia.",
                advice: "No follow-up picture needed without new complaints.",
                rays: true,
            },
        ],
        ..PLAIN
    },
    Condition {
        name: "Allergic rhinitis",
        specialty: Specialty::EarNoseThroat,
        per_mille: [52, 62, 40, 18],
        ages: (4, 78),
        severities: MILD,
        details: &["Pollen season from April to July", "All year round; house dust mite on the skin test"],
        notes: &["Nasal spray technique shown; start two weeks before the season."],
        better: &["Rinses the nose with salt water; much better."],
        symptoms: &[
            symptom("Sneezing", "Bouts of ten and more", SPELLS, LIGHT, WEEKS),
            symptom("Runny nose", "Clear, watery", SPELLS, LIGHT, WEEKS),
            symptom("Itchy eyes", "Both eyes, red and watering", SPELLS, LIGHT, WEEKS),
            symptom("Blocked nose", "Worse at night", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                65,
                &[
                    adult(&CETIRIZINE, &["10 mg"], NEEDED, &["Relieves sneezing and itching", "Relieves itchy eyes"]),
                    adult(&LORATADINE, &["10 mg"], ONCE, &["Relieves sneezing and itching", "Relieves itchy eyes"]),
                    adult(
                        &CETIRIZINE,
                        &["2.5 mg", "5 mg"],
                        ONCE,
                        &["Relieves sneezing and itching", "Relieves itchy eyes"],
                    )
                    .child(),
                ],
            ),
            plan(
                40,
                &[adult(&FLUTICASONE_NASAL, &["50 micrograms in each nostril"], ONCE, &["Opens the nose"]).any_age()],
            ),
        ],
        labs: &[lab(12, &ALLERGY, (1, 1), 300, &[effect(&IGE, Level::At(110.0, 480.0), Level::At(105.0, 420.0))])],
        ..PLAIN
    },
    Condition {
        name: "Obstructive sleep apnoea",
        specialty: Specialty::Respiratory,
        per_mille: [0, 6, 22, 20],
        ages: (25, 85),
        men: 140,
        women: 60,
        severities: MIDDLE,
        details: &[
            "Sleeps with a positive-pressure mask since the sleep study",
            "Moderate apnoea; worse lying on the back",
        ],
        notes: &["Sleepiness score 15 points. Sleep study arranged, no driving when sleepy."],
        better: &["Uses the mask 5 hours a night; less sleepy by day."],
        worse: &["Mask leaks; sent for a new fitting."],
        symptoms: &[
            symptom("Snoring", "Loud, with pauses seen by the partner", CHRONIC, MIDDLE, LONG),
            symptom("Daytime sleepiness", "Falls asleep in front of the television", CHRONIC, MIDDLE, MONTHS),
            symptom("Headache", "On waking", SPELLS, LIGHT, WEEKS),
        ],
        reports: &[ReportKind {
            title: "Sleep study",
            specialty: Specialty::Respiratory,
            percent: 75,
            technique: "One night at home: airflow, breathing effort, oxygen saturation, position.",
            narrative: "Repeated pauses of breathing with snoring and falls of oxygen, most of them on the back.",
            findings: &[
                measured("Apnoea-hypopnoea index", "/h", "< 5", (0.0, 4.9), (14.0, 44.0), 0),
                measured("Lowest oxygen saturation", "%", "> 90", (90.1, 100.0), (76.0, 88.0), 0),
            ],
            summary: "Obstructive sleep apnoea that needs treatment.",
            advice: "Positive-pressure mask at night; do not drive while sleepy.",
            rays: false,
        }],
        ..PLAIN
    },
];
