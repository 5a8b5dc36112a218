//! Joints, bones, back and skin.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Osteoarthritis of the knee",
        specialty: Specialty::Orthopaedics,
        per_mille: [0, 0, 62, 190],
        ages: (44, 95),
        women: 125,
        severities: MIDDLE,
        details: &["Right knee; exercises and walking stick", "Both knees, more on the right"],
        notes: &["Knee cool, slight effusion. Strengthening exercises and weight discussed."],
        better: &["Walks 1 km; gel helps."],
        symptoms: &[
            symptom("Knee pain", "On stairs and after long walks", CHRONIC, MIDDLE, LONG),
            symptom("Joint stiffness", "Less than half an hour in the morning", CHRONIC, LIGHT, MONTHS),
            symptom("Knee swelling", "After effort", SPELLS, LIGHT, WEEKS),
        ],
        plans: &[
            plan(
                65,
                &[adult(
                    &PARACETAMOL,
                    &["500 mg", "1 g"],
                    "Up to four times daily",
                    &["Eases joint pain", "Makes walking and exercise possible"],
                )],
            ),
            plan(
                45,
                &[
                    adult(&DICLOFENAC_GEL, &["Thin layer on the knee"], THRICE, &["Eases joint pain from outside"]),
                    adult(&NAPROXEN, &["250 mg", "500 mg"], TWICE, &["Eases pain and swelling of the joint"]).days(30),
                ],
            ),
        ],
        reports: &[ReportKind {
            title: "Knee X-ray",
            specialty: Specialty::Radiology,
            percent: 52,
            technique: "Standing frontal and lateral views.",
            narrative: "The inner joint space is narrowed with small spurs and denser bone beneath. No loose body and no \
                        fracture.",
            findings: &[
                measured("Medial joint space", "mm", "> 4.0", (4.01, 9.0), (1.6, 3.6), 1),
                abnormal("Kellgren-Lawrence grade", "Grade 3", "Grade 0", "moderate"),
            ],
            summary: "Moderate osteoarthritis of the inner knee joint.",
            advice: "Exercise, weight and pain relief first; orthopaedic review if walking gets worse.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Rheumatoid arthritis",
        specialty: Specialty::Rheumatology,
        per_mille: [0, 5, 13, 17],
        ages: (20, 85),
        men: 55,
        women: 145,
        severities: HARD,
        details: &["Antibody positive; small joints of both hands", "In remission on a disease-modifying drug"],
        notes: &["Six swollen joints of the hands. Blood tests and X-ray; urgent rheumatology."],
        better: &["No swollen joint; dose kept."],
        worse: &["Three swollen joints; blood monitoring for the medicine is up to date."],
        symptoms: &[
            symptom("Joint pain", "Fingers and wrists on both sides", GRADUAL, HARD, MONTHS),
            symptom("Joint stiffness", "More than an hour every morning", CHRONIC, HARD, MONTHS),
            symptom("Joint swelling", "Knuckles, soft and warm", GRADUAL, MIDDLE, WEEKS),
            symptom("Fatigue", "With flares", SPELLS, LIGHT, WEEKS),
        ],
        plans: &[
            plan(
                85,
                &[
                    adult(&METHOTREXATE, &["10 mg", "15 mg"], WEEKLY, &["Calms the disease and protects the joints"]),
                    adult(&HYDROXYCHLOROQUINE, &["200 mg", "400 mg"], ONCE, &["Calms the disease"]),
                ],
            ),
            plan(
                95,
                &[adult(
                    &FOLIC_ACID,
                    &["5 mg"],
                    "Once weekly, not on the day of methotrexate",
                    &["Reduces side effects of methotrexate"],
                )],
            )
            .with(&METHOTREXATE),
            plan(30, &[adult(&PREDNISOLONE, &["5 mg", "10 mg"], MORNING, &["Treats a flare"]).days(42)]),
        ],
        labs: &[lab(
            95,
            &RHEUMATOLOGY,
            (2, 4),
            90,
            &[
                effect(&CRP, Level::At(14.0, 62.0), Level::At(1.5, 7.0)),
                effect(&ESR, Level::At(26.0, 70.0), Level::At(8.0, 24.0)),
                effect(&RHEUMATOID_FACTOR, Level::At(40.0, 260.0), Level::At(30.0, 180.0)),
                effect(&ANTI_CCP, Level::At(60.0, 320.0), Level::At(55.0, 300.0)),
            ],
        )],
        reports: &[ReportKind {
            title: "Hand X-ray",
            specialty: Specialty::Radiology,
            percent: 45,
            technique: "Both hands in two views.",
            narrative: "Bone around the knuckle joints is thinned. One small erosion at the second metacarpal head on the \
                        right.",
            findings: &[
                abnormal("Erosions", "One, second right metacarpal head", "None", "moderate"),
                normal("Wrist joint space", "Preserved"),
            ],
            summary: "Early erosive change, in keeping with rheumatoid arthritis.",
            advice: "Step up treatment if the disease stays active; repeat in one year.",
            rays: true,
        }],
        brings: &[("Osteoporosis", 8)],
        ..PLAIN
    },
    Condition {
        name: "Gout",
        specialty: Specialty::Rheumatology,
        per_mille: [0, 5, 27, 46],
        ages: (28, 92),
        men: 165,
        women: 40,
        severities: MIDDLE,
        details: &["Big toe, two attacks a year", "Ankle and big toe; urate lowering since the third attack"],
        notes: &["Joint red and very tender; less beer and meat advised."],
        better: &["No attack for a year; urate on target."],
        symptoms: &[
            symptom("Joint pain", "Big toe, cannot bear the sheet", SUDDEN, HARD, DAYS),
            symptom("Joint swelling", "Red and hot", SUDDEN, MIDDLE, DAYS),
        ],
        plans: &[
            plan(
                70,
                &[adult(
                    &ALLOPURINOL,
                    &["100 mg", "300 mg"],
                    ONCE,
                    &["Lowers uric acid and prevents attacks", "Prevents stones and tophi"],
                )],
            ),
            plan(
                45,
                &[
                    adult(&COLCHICINE, &["500 micrograms"], TWICE, &["Treats an attack of gout"]).days(7),
                    adult(&NAPROXEN, &["500 mg"], TWICE, &["Treats an attack of gout"]).days(7),
                ],
            ),
        ],
        labs: &[lab(
            80,
            &URATE,
            (1, 3),
            150,
            &[
                effect(&URIC_ACID, Level::OfHigh(1.1, 1.55), Level::OfHigh(0.68, 0.95)),
                effect(&CRP, Level::At(6.0, 48.0), Level::Normal),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Osteoporosis",
        specialty: Specialty::Rheumatology,
        per_mille: [0, 0, 16, 92],
        ages: (48, 96),
        men: 35,
        women: 165,
        severities: MIDDLE,
        details: &["Found after a wrist fracture", "T-score -2.8 at the hip; fall prevention discussed"],
        notes: &["Calcium-rich food, balance training, no trip hazards at home."],
        better: &["No new fracture; treatment for five years planned."],
        symptoms: &[
            symptom("Back pain", "Middle of the back, worse standing", CHRONIC, LIGHT, MONTHS),
            symptom("Loss of height", "3 cm in ten years", GRADUAL, MILD, LONG),
        ],
        plans: &[
            plan(
                75,
                &[
                    adult(
                        &ALENDRONIC_ACID,
                        &["70 mg"],
                        "Once weekly, upright and before breakfast",
                        &["Strengthens bone", "Prevents fractures of the hip and spine"],
                    ),
                    adult(
                        &DENOSUMAB,
                        &["60 mg injection"],
                        "Every 6 months",
                        &["Strengthens bone", "Prevents fractures of the hip and spine"],
                    ),
                ],
            ),
            plan(
                75,
                &[
                    adult(&CALCIUM_D3, &["500 mg/400 IU", "600 mg/400 IU"], TWICE, &["Builds bone"]),
                    adult(&VITAMIN_D3, &["800 IU", "1000 IU"], ONCE, &["Builds bone"]),
                ],
            ),
        ],
        labs: &[lab(55, &BONE, (1, 2), 330, &[effect(&VITAMIN_D, Level::At(14.0, 28.0), Level::At(31.0, 46.0))])],
        reports: &[ReportKind {
            title: "Bone density scan",
            specialty: Specialty::Radiology,
            percent: 75,
            technique: "Dual-energy X-ray absorptiometry of the lumbar spine and the left hip.",
            narrative: "Bone density is low at both sites. The vertebrae keep their height.",
            findings: &[
                measured("T-score lumbar spine", "", "> -1.0", (-0.99, 5.0), (-3.4, -2.5), 1),
                measured("T-score femoral neck", "", "> -1.0", (-0.99, 5.0), (-3.2, -2.1), 1),
                normal("Vertebral height", "Preserved"),
            ],
            summary: "Osteoporosis by bone density.",
            advice: "Start bone-strengthening treatment; repeat the scan in two years.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Mechanical low back pain",
        specialty: Specialty::Orthopaedics,
        per_mille: [2, 78, 100, 66],
        ages: (16, 90),
        course: Course::Episode(21, 80),
        severities: LIGHT,
        details: &["After lifting; no nerve signs", "Recurring with long sitting; physiotherapy helped"],
        notes: &["Straight leg raise free, reflexes equal. Stay active; physiotherapy referred."],
        symptoms: &[
            symptom("Back pain", "Lower back, worse bending", SUDDEN, MIDDLE, WEEKS),
            symptom("Muscle stiffness", "After sitting", GRADUAL, LIGHT, WEEKS),
            symptom("Leg pain", "Into the thigh, not below the knee", GRADUAL, LIGHT, WEEKS),
        ],
        plans: &[
            plan(
                75,
                &[
                    adult(&NAPROXEN, &["250 mg", "500 mg"], MEALS, &["Eases back pain"]).days(10),
                    adult(&IBUPROFEN, &["400 mg"], "Three times daily with meals", &["Eases back pain"]).days(10),
                    adult(&PARACETAMOL, &["1 g"], "Up to four times daily", &["Eases back pain"]).days(14),
                ],
            ),
            plan(
                8,
                &[adult(&CODEINE, &["15 mg", "30 mg"], NEEDED, &["Eases strong back pain for a few days"]).days(4)],
            ),
        ],
        reports: &[ReportKind {
            title: "MRI of the lumbar spine",
            specialty: Specialty::Radiology,
            percent: 9,
            technique: "Sagittal T1 and T2, axial T2 through the lower discs.",
            narrative: "The disc at L4/L5 is dark and bulges slightly. The nerve roots have room. No fracture and no \
                        tumour.",
            findings: &[
                abnormal("Disc L4/L5", "Mild bulge", "Normal", "mild"),
                normal("Nerve roots", "Not compressed"),
            ],
            summary: "Mild wear of the L4/L5 disc without pressure on nerves.",
            advice: "Keep moving; surgery is not indicated.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Ankle sprain",
        specialty: Specialty::Orthopaedics,
        per_mille: [36, 38, 16, 8],
        ages: (7, 85),
        course: Course::Episode(14, 42),
        urgent: 35,
        details: &["Outer ligaments, grade 1", "Outer ligaments, grade 2; splint for four weeks"],
        notes: &["Swollen outer ankle, can take four steps. Rest, ice, compression, elevation."],
        symptoms: &[
            symptom("Ankle pain", "Outer side, after twisting", SUDDEN, MIDDLE, HOURS),
            symptom("Ankle swelling", "Blue on the outer side", SUDDEN, LIGHT, HOURS),
        ],
        plans: &[plan(
            50,
            &[
                adult(&DICLOFENAC_GEL, &["Thin layer on the ankle"], THRICE, &["Eases pain and swelling"]).days(10),
                adult(&IBUPROFEN, &["400 mg"], THRICE, &["Eases pain and swelling"]).days(5),
                adult(&IBUPROFEN, &["100 mg/5 mL, 10 mL"], THRICE, &["Eases pain and swelling"]).child().days(3),
            ],
        )],
        reports: &[ReportKind {
            title: "Ankle X-ray",
            specialty: Specialty::Radiology,
            percent: 45,
            technique: "Frontal and lateral views.",
            narrative: "No fracture. The joint is in line. Soft tissue swelling over the outer ankle.",
            findings: &[
                normal("Fracture", "None"),
                abnormal("Soft tissue", "Swelling over the lateral malleolus", "Normal", "mild"),
            ],
            summary: "No fracture of the ankle.",
            advice: "Load as pain allows.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Carpal tunnel syndrome",
        specialty: Specialty::Orthopaedics,
        per_mille: [0, 9, 28, 22],
        ages: (24, 88),
        women: 150,
        men: 50,
        details: &["Right hand; splint at night", "Both hands; less since the work was changed"],
        notes: &["Tapping over the wrist sends tingling to the fingers. Night splint for six weeks."],
        symptoms: &[
            symptom("Hand numbness", "Thumb to middle finger, wakes at night", SPELLS, MIDDLE, MONTHS),
            symptom("Hand weakness", "Drops cups", GRADUAL, LIGHT, WEEKS),
        ],
        reports: &[ReportKind {
            title: "Nerve conduction study",
            specialty: Specialty::Neurology,
            percent: 50,
            technique: "Median and ulnar nerves of both arms, skin temperature 32 °C.",
            narrative: "Conduction of the right median nerve is slowed across the wrist; the ulnar nerve is normal.",
            findings: &[
                measured("Distal motor latency, median nerve", "ms", "< 4.2", (0.0, 4.19), (4.4, 6.2), 1),
                measured("Sensory velocity, median nerve", "m/s", "> 50", (50.1, 80.0), (34.0, 47.0), 0),
            ],
            summary: "Carpal tunnel syndrome of moderate degree.",
            advice: "Splint first; surgery if numbness stays.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Atopic dermatitis",
        specialty: Specialty::Dermatology,
        per_mille: [88, 30, 18, 14],
        ages: (1, 80),
        group: "skin",
        details: &["Bends of elbows and knees", "Hands, worse with washing"],
        notes: &["Emollient twice a day even when the skin is clear; steroid cream for flares."],
        better: &["Skin calm, sleeps through."],
        symptoms: &[
            symptom("Itchy rash", "Bends of elbows and knees", CHRONIC, MIDDLE, WEEKS),
            symptom("Dry skin", "Whole body", CHRONIC, LIGHT, MONTHS),
            symptom("Poor sleep", "Because of itching", SPELLS, LIGHT, WEEKS),
        ],
        plans: &[
            plan(
                85,
                &[adult(
                    &EMOLLIENT,
                    &["Generous layer"],
                    TWICE,
                    &["Keeps the skin supple", "Lengthens the time between flares"],
                )
                .any_age()],
            ),
            plan(
                60,
                &[
                    adult(&MOMETASONE_CREAM, &["Thin layer on the rash"], ONCE, &["Calms the inflamed skin"]).days(14),
                    adult(&HYDROCORTISONE_CREAM, &["Thin layer on the rash"], ONCE, &["Calms the inflamed skin"])
                        .any_age()
                        .days(7),
                ],
            ),
        ],
        ..PLAIN
    },
    Condition {
        name: "Psoriasis",
        specialty: Specialty::Dermatology,
        per_mille: [5, 18, 22, 18],
        ages: (10, 85),
        group: "skin",
        details: &["Elbows, knees and scalp", "Worse in winter; joints not affected"],
        notes: &["5% of the skin affected. Ointment daily for four weeks, then at weekends."],
        better: &["Nearly clear after summer."],
        symptoms: &[
            symptom("Scaly patches", "Silvery, on elbows and knees", CHRONIC, MIDDLE, MONTHS),
            symptom("Itching", "Of the patches", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                75,
                &[adult(&CALCIPOTRIOL, &["Thin layer on the patches"], ONCE, &["Slows the growth of the patches"])],
            ),
            plan(50, &[adult(&EMOLLIENT, &["Generous layer"], TWICE, &["Softens scale"]).any_age()]),
            plan(8, &[adult(&METHOTREXATE, &["10 mg", "15 mg"], WEEKLY, &["Treats widespread psoriasis"])]),
        ],
        ..PLAIN
    },
    Condition {
        name: "Acne vulgaris",
        specialty: Specialty::Dermatology,
        per_mille: [52, 56, 0, 0],
        ages: (12, 34),
        details: &["Face and back, some nodules", "Face, mostly blackheads"],
        notes: &["Wash with mild soap, do not squeeze; effect is seen after eight weeks."],
        better: &["Fewer spots; go on at night."],
        symptoms: &[symptom("Facial spots", "Blackheads and pustules on cheeks and chin", CHRONIC, LIGHT, MONTHS)],
        plans: &[
            plan(
                85,
                &[
                    adult(&BENZOYL_PEROXIDE, &["5% gel"], ONCE, &["Clears spots"]).any_age(),
                    adult(&ADAPALENE, &["0.1% gel"], BEDTIME, &["Clears blackheads"]).any_age(),
                ],
            ),
            plan(18, &[adult(&DOXYCYCLINE, &["100 mg"], ONCE, &["Calms inflamed acne"]).days(84)]),
        ],
        ..PLAIN
    },
];
