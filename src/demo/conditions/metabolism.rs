//! Sugar, thyroid, weight and liver.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Type 2 diabetes mellitus",
        specialty: Specialty::Endocrinology,
        per_mille: [0, 12, 105, 180],
        ages: (28, 92),
        men: 110,
        women: 90,
        group: "diabetes",
        severities: MIDDLE,
        details: &[
            "Found by HbA1c at a health check; education course attended",
            "Diagnosed after months of thirst and weight loss; no ketones",
            "Diet alone at first, tablets since the second year",
        ],
        notes: &["Feet: pulses present, feeling normal. Eye screening arranged."],
        better: &["HbA1c falling; medicines well tolerated. Next review in three months."],
        worse: &["Home glucose readings reviewed; snacks and walking after meals discussed."],
        symptoms: &[
            symptom("Polyuria", "Passes urine often, twice or more at night", GRADUAL, MIDDLE, MONTHS),
            symptom("Increased thirst", "Drinks more than 3 litres a day", GRADUAL, LIGHT, MONTHS),
            symptom("Fatigue", "Tired after meals and in the afternoon", GRADUAL, LIGHT, MONTHS),
            symptom("Blurred vision", "Comes and goes with sugar levels", SPELLS, LIGHT, WEEKS),
            symptom("Tingling in the feet", "Both soles, mostly at night", CHRONIC, LIGHT, LONG),
        ],
        plans: &[
            plan(
                94,
                &[
                    adult(
                        &METFORMIN,
                        &["500 mg", "850 mg", "1000 mg"],
                        MEALS,
                        &[
                            "Lowers blood glucose and improves the effect of insulin",
                            "Lowers the long-term risk of heart disease in diabetes",
                        ],
                    ),
                    adult(&SITAGLIPTIN, &["50 mg", "100 mg"], ONCE, &["Lowers blood glucose after meals"]),
                ],
            ),
            plan(
                38,
                &[
                    adult(
                        &DAPAGLIFLOZIN,
                        &["10 mg"],
                        MORNING,
                        &["Lowers blood glucose through the kidneys", "Protects the heart and kidneys in diabetes"],
                    ),
                    adult(&GLICLAZIDE, &["40 mg", "80 mg"], MEALS, &["Lowers blood glucose"]),
                    adult(&SEMAGLUTIDE, &["0.5 mg", "1 mg"], WEEKLY, &["Lowers blood glucose and weight"]),
                ],
            ),
            plan(
                10,
                &[adult(
                    &INSULIN_GLARGINE,
                    &["14 units", "20 units", "26 units"],
                    BEDTIME,
                    &["Controls fasting blood glucose"],
                )],
            ),
        ],
        labs: &[lab(
            96,
            &DIABETES,
            (2, 5),
            120,
            &[
                effect(&HBA1C, Level::At(7.4, 11.2), Level::At(5.8, 7.4)),
                effect(&GLUCOSE, Level::At(150.0, 265.0), Level::At(104.0, 142.0)),
                effect(&URINE_ACR, Level::At(12.0, 62.0), Level::At(8.0, 34.0)),
            ],
        )],
        reports: &[
            ReportKind {
                title: "Diabetic retinal screening",
                specialty: Specialty::Ophthalmology,
                percent: 58,
                technique: "Two-field digital photographs of both eyes after dilation.",
                narrative: "A few microaneurysms are seen in the temporal field of the right eye. The left eye \
                            shows no change. Neither macula is affected.",
                findings: &[
                    abnormal("Right eye", "Background retinopathy (R1)", "No retinopathy (R0)", "mild"),
                    normal("Left eye", "No retinopathy (R0)"),
                    normal("Maculopathy", "None (M0)"),
                ],
                summary: "Mild background retinopathy of the right eye; sight is not at risk.",
                advice: "Repeat photographs in twelve months; keep glucose and blood pressure on target.",
                rays: false,
            },
            ReportKind {
                title: "Diabetic foot assessment",
                specialty: Specialty::Endocrinology,
                percent: 30,
                technique: "Inspection, 10 g monofilament at ten sites, pulses and Doppler pressures.",
                narrative: "Skin intact, no ulcer. Feeling is preserved at all sites. Pulses are palpable.",
                findings: &[
                    normal("Monofilament", "10 of 10 sites felt"),
                    measured("Ankle-brachial index", "", "0.90-1.30", (0.9, 1.3), (0.95, 1.2), 2),
                ],
                summary: "Low-risk diabetic foot.",
                advice: "Yearly check; daily self-inspection and well-fitting shoes.",
                rays: false,
            },
        ],
        brings: &[
            ("Essential hypertension", 40),
            ("Hyperlipidaemia", 42),
            ("Obesity", 22),
            ("Chronic kidney disease", 8),
            ("Fatty liver disease", 10),
        ],
        ..PLAIN
    },
    Condition {
        name: "Type 1 diabetes mellitus",
        specialty: Specialty::Endocrinology,
        per_mille: [6, 8, 5, 2],
        ages: (3, 78),
        group: "diabetes",
        urgent: 45,
        severities: HARD,
        details: &["Began with ketoacidosis; carbohydrate counting learnt", "Positive GAD antibodies; sensor in use"],
        notes: &["Glucose far too high, ketones present. Insulin, training for the patient and family."],
        better: &["No severe hypoglycaemia since the last visit; injection sites healthy."],
        worse: &["Sensor data reviewed: 58% in range. Evening ratio adjusted."],
        symptoms: &[
            symptom("Increased thirst", "Drinks through the night", SUDDEN, HARD, WEEKS),
            symptom("Weight loss", "Clothes loose within a month", GRADUAL, MIDDLE, WEEKS),
            symptom("Polyuria", "Passes urine every hour", SUDDEN, MIDDLE, WEEKS),
            symptom("Hypoglycaemia", "Shaky and sweating before meals", SPELLS, MIDDLE, DAYS),
        ],
        plans: &[
            plan(
                100,
                &[
                    adult(&INSULIN_GLARGINE, &["12 units", "18 units", "22 units"], BEDTIME, &["Basal insulin"]),
                    adult(&INSULIN_GLARGINE, &["4 units", "7 units", "10 units"], BEDTIME, &["Basal insulin"]).child(),
                ],
            ),
            plan(
                100,
                &[adult(
                    &INSULIN_ASPART,
                    &["According to carbohydrate count"],
                    "Before each meal",
                    &["Mealtime insulin"],
                )
                .any_age()],
            ),
        ],
        labs: &[lab(
            95,
            &DIABETES,
            (2, 5),
            110,
            &[
                effect(&HBA1C, Level::At(9.0, 12.8), Level::At(6.6, 8.2)),
                effect(&GLUCOSE, Level::At(220.0, 380.0), Level::At(95.0, 175.0)),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Hypothyroidism",
        specialty: Specialty::Endocrinology,
        per_mille: [3, 20, 50, 80],
        ages: (6, 88),
        men: 40,
        women: 165,
        group: "thyroid",
        details: &[
            "Autoimmune thyroiditis (Hashimoto); replacement for life",
            "Found while looking into tiredness and weight gain",
        ],
        notes: &["Tablet to be taken on an empty stomach; TSH again in eight weeks."],
        better: &["Feels well on the present dose; yearly TSH is enough."],
        symptoms: &[
            symptom("Fatigue", "Sleeps long and still feels tired", GRADUAL, MIDDLE, MONTHS),
            symptom("Cold intolerance", "Needs a jumper when others do not", GRADUAL, LIGHT, MONTHS),
            symptom("Weight gain", "4 kg with unchanged diet", GRADUAL, LIGHT, MONTHS),
            symptom("Constipation", "Bowels open every third day", CHRONIC, MILD, MONTHS),
            symptom("Dry skin", "Shins and elbows", CHRONIC, MILD, MONTHS),
        ],
        plans: &[plan(
            98,
            &[
                adult(
                    &LEVOTHYROXINE,
                    &["50 micrograms", "75 micrograms", "100 micrograms"],
                    "Once daily, 30 minutes before breakfast",
                    &["Replaces the missing thyroid hormone", "Relieves tiredness and cold intolerance"],
                ),
                adult(
                    &LEVOTHYROXINE,
                    &["25 micrograms", "50 micrograms"],
                    "Once daily, 30 minutes before breakfast",
                    &["Replaces the missing thyroid hormone and supports growth"],
                )
                .child(),
            ],
        )],
        labs: &[lab(
            95,
            &THYROID,
            (2, 4),
            150,
            &[
                effect(&TSH, Level::At(7.5, 34.0), Level::At(0.9, 4.2)),
                effect(&FREE_T4, Level::At(0.42, 0.78), Level::Normal),
                effect(&TPO_ANTIBODIES, Level::At(120.0, 900.0), Level::At(80.0, 600.0)),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Hyperthyroidism",
        specialty: Specialty::Endocrinology,
        per_mille: [1, 6, 9, 7],
        ages: (14, 85),
        men: 45,
        women: 155,
        group: "thyroid",
        severities: MIDDLE,
        details: &["Graves' disease with positive receptor antibodies", "Toxic nodule on the thyroid scan"],
        notes: &["Pulse 104/min, fine tremor. Warned to report a sore throat at once."],
        better: &["Calmer, weight stable again."],
        symptoms: &[
            symptom("Palpitations", "Fast pulse even at rest", GRADUAL, MIDDLE, WEEKS),
            symptom("Weight loss", "5 kg despite good appetite", GRADUAL, MIDDLE, MONTHS),
            symptom("Tremor", "Fine tremor of both hands", GRADUAL, LIGHT, WEEKS),
            symptom("Heat intolerance", "Sweats in cool rooms", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[
            plan(95, &[adult(&CARBIMAZOLE, &["5 mg", "10 mg", "20 mg"], ONCE, &["Slows the thyroid"]).any_age()]),
            plan(
                45,
                &[adult(&PROPRANOLOL, &["10 mg", "40 mg"], THRICE, &["Relieves palpitations and tremor"]).days(90)],
            ),
        ],
        labs: &[lab(
            95,
            &THYROID,
            (2, 4),
            90,
            &[
                effect(&TSH, Level::At(0.01, 0.20), Level::At(0.5, 2.6)),
                effect(&FREE_T4, Level::At(2.2, 4.4), Level::Normal),
                effect(&FREE_T3, Level::At(5.2, 11.0), Level::Normal),
            ],
        )],
        reports: &[ReportKind {
            title: "Thyroid ultrasound",
            specialty: Specialty::Radiology,
            percent: 60,
            technique: "High-frequency linear probe with colour Doppler.",
            narrative: "The gland is enlarged with a coarse texture and increased blood flow. No suspicious nodule \
                        and no enlarged lymph nodes.",
            findings: &[
                measured("Thyroid volume", "mL", "< 18", (0.0, 17.9), (20.0, 38.0), 1),
                abnormal("Blood flow", "Increased", "Normal", "moderate"),
                normal("Nodules", "None"),
            ],
            summary: "Enlarged thyroid with increased flow, in keeping with an overactive gland.",
            advice: "Compare with antibodies; repeat only if a lump is felt.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Obesity",
        specialty: Specialty::Endocrinology,
        per_mille: [25, 60, 95, 60],
        ages: (7, 85),
        group: "weight",
        details: &["Weight programme offered", "Dietitian involved; the whole household takes part"],
        notes: &["Goal: 5% less weight in six months. Food diary and 30 minutes of walking a day."],
        better: &["2 kg less than at the last visit; encouraged to go on."],
        symptoms: &[
            symptom("Shortness of breath", "On effort only", GRADUAL, LIGHT, MONTHS),
            symptom("Knee pain", "Both knees on stairs", GRADUAL, LIGHT, MONTHS),
            symptom("Snoring", "Noticed by the family", CHRONIC, MILD, LONG),
        ],
        plans: &[plan(
            12,
            &[
                adult(&ORLISTAT, &["120 mg"], "Three times daily with meals", &["Reduces the uptake of fat"]),
                adult(&SEMAGLUTIDE, &["0.25 mg", "1 mg", "2.4 mg"], WEEKLY, &["Reduces appetite and weight"]),
            ],
        )],
        labs: &[lab(
            20,
            &LIPIDS,
            (1, 2),
            330,
            &[effect(&TRIGLYCERIDES, Level::At(140.0, 240.0), Level::At(120.0, 170.0))],
        )],
        brings: &[("Obstructive sleep apnoea", 8), ("Fatty liver disease", 12)],
        ..PLAIN
    },
    Condition {
        name: "Fatty liver disease",
        specialty: Specialty::Gastroenterology,
        per_mille: [0, 14, 40, 30],
        ages: (25, 85),
        details: &[
            "Bright liver on ultrasound; drinks little alcohol",
            "Raised ALT for more than six months; viral hepatitis excluded",
        ],
        notes: &["Weight loss is the treatment; fibrosis score low."],
        better: &["Liver enzymes nearly normal after losing 6 kg."],
        symptoms: &[
            symptom("Upper abdominal discomfort", "Dull feeling on the right", CHRONIC, MILD, MONTHS),
            symptom("Fatigue", "Low drive", GRADUAL, MILD, MONTHS),
        ],
        labs: &[lab(
            75,
            &LIVER,
            (1, 3),
            210,
            &[
                effect(&ALT, Level::OfHigh(1.2, 2.8), Level::OfHigh(0.75, 1.3)),
                effect(&AST, Level::OfHigh(0.95, 1.9), Level::OfHigh(0.7, 1.05)),
                effect(&GGT, Level::OfHigh(1.1, 2.6), Level::OfHigh(0.8, 1.3)),
            ],
        )],
        reports: &[ReportKind {
            title: "Abdominal ultrasound",
            specialty: Specialty::Radiology,
            percent: 55,
            technique: "Fasting study of the upper abdomen.",
            narrative: "The liver is enlarged and brighter than the kidney. The gallbladder holds no stones and the \
                        ducts are slim. Spleen and pancreas are unremarkable.",
            findings: &[
                measured("Liver span", "cm", "< 15.5", (0.0, 15.4), (15.8, 18.4), 1),
                abnormal("Liver texture", "Bright, grade 2 steatosis", "Even", "moderate"),
                normal("Gallbladder", "No stones"),
            ],
            summary: "Fatty liver, grade 2. No other finding.",
            advice: "Lose weight; repeat liver enzymes in three to six months.",
            rays: false,
        }],
        ..PLAIN
    },
];
