//! Heart and vessels.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Essential hypertension",
        specialty: Specialty::Cardiology,
        per_mille: [0, 38, 250, 450],
        ages: (22, 95),
        severities: LIGHT,
        details: &[
            "Found at a routine check; confirmed by home readings above 135/85 mmHg",
            "Stage 1 hypertension, no damage to kidneys or eyes found",
            "Raised clinic readings on three visits; runs in the family",
        ],
        notes: &["Blood pressure 152/94 mmHg; home monitoring agreed, salt intake discussed."],
        better: &["Blood pressure 138/86 mmHg on treatment; dose unchanged."],
        worse: &["Blood pressure 146/90 mmHg; treatment stepped up, kidney function to be checked."],
        symptoms: &[
            symptom("Headache", "Dull pressure at the back of the head in the morning", SPELLS, LIGHT, WEEKS),
            symptom("Dizziness", "Light-headed on standing up quickly", SPELLS, MILD, WEEKS),
            symptom("Nosebleed", "Stops within ten minutes with pressure", SUDDEN, MILD, DAYS),
        ],
        plans: &[
            plan(
                92,
                &[
                    adult(
                        &AMLODIPINE,
                        &["5 mg", "10 mg"],
                        ONCE,
                        &["Lowers blood pressure by relaxing the arteries", "Reduces the risk of stroke"],
                    ),
                    adult(
                        &RAMIPRIL,
                        &["2.5 mg", "5 mg", "10 mg"],
                        ONCE,
                        &["Lowers blood pressure", "Protects the heart and kidneys from high pressure"],
                    ),
                    adult(
                        &LOSARTAN,
                        &["50 mg", "100 mg"],
                        ONCE,
                        &["Lowers blood pressure without causing cough", "Protects the kidneys from high pressure"],
                    ),
                    adult(&LISINOPRIL, &["5 mg", "10 mg", "20 mg"], ONCE, &["Lowers blood pressure"]),
                    adult(&LABETALOL, &["100 mg", "200 mg"], TWICE, &["Lowers blood pressure; safe in pregnancy"]),
                ],
            ),
            plan(
                18,
                &[adult(
                    &INDAPAMIDE,
                    &["1.5 mg modified release", "2.5 mg"],
                    MORNING,
                    &["Lowers blood pressure as a second medicine"],
                )],
            ),
        ],
        labs: &[lab(42, &KIDNEY, (1, 3), 330, &[])],
        reports: &[
            ReportKind {
                title: "Ambulatory blood pressure monitoring",
                specialty: Specialty::Cardiology,
                percent: 22,
                technique: "Readings every 30 minutes by day and hourly by night over 24 hours.",
                narrative: "A good number of readings was obtained. Pressure is raised through the day with a \
                            preserved fall at night.",
                findings: &[
                    measured("Daytime systolic pressure", "mmHg", "< 135", (0.0, 134.0), (138.0, 156.0), 0),
                    measured("Daytime diastolic pressure", "mmHg", "< 85", (0.0, 84.0), (86.0, 97.0), 0),
                    normal("Fall at night", "Preserved (more than 10%)"),
                ],
                summary: "Sustained daytime hypertension with a normal fall at night.",
                advice: "Treat to a home target below 135/85 mmHg and repeat the clinic reading in three months.",
                rays: false,
            },
            ReportKind {
                title: "Electrocardiogram",
                specialty: Specialty::Cardiology,
                percent: 20,
                technique: "12-lead recording at rest, 25 mm/s.",
                narrative: "Sinus rhythm with a normal axis. No sign of an old infarct and no strain pattern.",
                findings: &[
                    measured("Heart rate", "/min", "60-100", (60.0, 100.0), (62.0, 88.0), 0),
                    measured("PR interval", "ms", "120-200", (120.0, 200.0), (140.0, 190.0), 0),
                ],
                summary: "Normal resting electrocardiogram.",
                advice: "No further cardiac tests are needed at present.",
                rays: false,
            },
        ],
        brings: &[("Hyperlipidaemia", 12)],
        ..PLAIN
    },
    Condition {
        name: "Hyperlipidaemia",
        specialty: Specialty::Endocrinology,
        per_mille: [0, 24, 155, 230],
        ages: (24, 92),
        severities: LIGHT,
        details: &[
            "Raised LDL cholesterol at a health check; no thyroid or kidney cause found",
            "Ten-year cardiovascular risk above 10%; statin offered",
        ],
        notes: &["Cardiovascular risk explained; diet sheet given and statin discussed."],
        worse: &["Lipid target not quite reached; taking tablets regularly from now on."],
        symptoms: &[],
        plans: &[
            plan(
                85,
                &[
                    adult(
                        &ATORVASTATIN,
                        &["10 mg", "20 mg", "40 mg"],
                        BEDTIME,
                        &["Lowers LDL cholesterol", "Reduces the risk of heart attack and stroke"],
                    ),
                    adult(
                        &ROSUVASTATIN,
                        &["5 mg", "10 mg"],
                        ONCE,
                        &["Lowers LDL cholesterol", "Reduces the risk of heart attack and stroke"],
                    ),
                ],
            ),
            plan(10, &[adult(&EZETIMIBE, &["10 mg"], ONCE, &["Lowers cholesterol taken up from food"])]),
        ],
        labs: &[lab(
            68,
            &LIPIDS,
            (1, 3),
            270,
            &[
                effect(&LDL, Level::At(150.0, 205.0), Level::At(72.0, 112.0)),
                effect(&TRIGLYCERIDES, Level::At(130.0, 260.0), Level::At(95.0, 155.0)),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Coronary heart disease",
        specialty: Specialty::Cardiology,
        per_mille: [0, 0, 28, 130],
        ages: (40, 95),
        men: 130,
        women: 70,
        urgent: 35,
        severities: GRAVE,
        details: &[
            "Angina on effort; narrowing of the left anterior descending artery on angiography",
            "Heart attack treated with a stent; cardiac rehabilitation completed",
        ],
        notes: &["Tightness on effort. Medicines started and cardiology asked for an early date."],
        better: &["No angina at rest; walks 2 km without stopping. Medicines continued."],
        worse: &["Chest pain on hills, settles with spray within three minutes. Cardiology informed."],
        symptoms: &[
            symptom("Chest pain", "Tightness behind the breastbone on effort, eases with rest", SUDDEN, HARD, HOURS),
            symptom("Shortness of breath", "On climbing one flight of stairs", GRADUAL, MIDDLE, WEEKS),
            symptom("Fatigue", "Tires earlier than a year ago", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                90,
                &[
                    adult(
                        &ASPIRIN,
                        &["75 mg"],
                        ONCE,
                        &["Prevents clots in the coronary arteries", "Reduces the risk of another heart attack"],
                    ),
                    adult(
                        &CLOPIDOGREL,
                        &["75 mg"],
                        ONCE,
                        &["Prevents clots in the coronary arteries", "Reduces the risk of another heart attack"],
                    ),
                ],
            ),
            plan(
                85,
                &[
                    adult(
                        &ATORVASTATIN,
                        &["40 mg", "80 mg"],
                        BEDTIME,
                        &["Stabilises plaque and lowers LDL cholesterol", "Reduces the risk of another heart attack"],
                    ),
                    adult(
                        &ROSUVASTATIN,
                        &["20 mg"],
                        ONCE,
                        &["Stabilises plaque and lowers LDL cholesterol", "Reduces the risk of another heart attack"],
                    ),
                ],
            ),
            plan(60, &[adult(&BISOPROLOL, &["2.5 mg", "5 mg"], MORNING, &["Slows the heart and prevents angina"])]),
            plan(35, &[adult(&NITRATE, &["400 micrograms per spray"], NEEDED, &["Relieves an attack of angina"])]),
        ],
        labs: &[
            lab(55, &LIPIDS, (1, 3), 300, &[effect(&LDL, Level::At(140.0, 190.0), Level::At(52.0, 80.0))]),
            lab(20, &CHEST_PAIN, (1, 1), 200, &[effect(&TROPONIN, Level::At(18.0, 160.0), Level::Normal)]),
        ],
        reports: &[
            ReportKind {
                title: "Coronary angiography",
                specialty: Specialty::Cardiology,
                percent: 45,
                technique: "Right radial approach, standard views of both coronary arteries with contrast medium.",
                narrative: "The left main stem is free of disease. There is a significant narrowing in the middle \
                            of the left anterior descending artery; the circumflex and right coronary arteries \
                            show minor irregularities only.",
                findings: &[
                    measured("LAD stenosis", "%", "< 50", (0.0, 49.0), (60.0, 92.0), 0),
                    measured("Ejection fraction", "%", "52-72", (52.0, 72.0), (48.0, 62.0), 0),
                    normal("Left main stem", "No narrowing"),
                ],
                summary: "Single-vessel coronary disease of the left anterior descending artery.",
                advice: "Antiplatelet treatment and high-dose statin; review in the cardiology clinic in six weeks.",
                rays: true,
            },
            ReportKind {
                title: "Exercise stress test",
                specialty: Specialty::Cardiology,
                percent: 25,
                technique: "Treadmill, Bruce protocol, continuous 12-lead monitoring.",
                narrative: "The test was stopped for chest tightness. ST depression appeared in the lateral leads \
                            and resolved within four minutes of rest.",
                findings: &[
                    measured("Exercise capacity", "METs", "> 8", (8.1, 20.0), (4.5, 7.8), 1),
                    abnormal("ST segment", "1.5 mm lateral depression", "No change", "moderate"),
                ],
                summary: "Positive stress test at a moderate workload.",
                advice: "Angiography is advised.",
                rays: false,
            },
        ],
        brings: &[("Essential hypertension", 45), ("Hyperlipidaemia", 45), ("Type 2 diabetes mellitus", 15)],
        ..PLAIN
    },
    Condition {
        name: "Heart failure",
        specialty: Specialty::Cardiology,
        per_mille: [0, 0, 7, 65],
        ages: (50, 96),
        urgent: 30,
        severities: GRAVE,
        details: &[
            "Reduced ejection fraction; stable on tablets, weighs daily",
            "Admitted with fluid overload; improved with diuretics",
        ],
        notes: &["Crackles at both bases and swollen ankles. Water tablets, daily weighing, echocardiogram asked for."],
        better: &[
            "Weight stable, ankles slightly swollen. Daily weighing continued.",
            "Lungs clear, less breathless since the diuretic was increased.",
        ],
        symptoms: &[
            symptom("Shortness of breath", "Worse lying flat, needs two pillows", GRADUAL, HARD, WEEKS),
            symptom("Ankle swelling", "Both legs, worse in the evening", GRADUAL, MIDDLE, WEEKS),
            symptom("Fatigue", "Has to rest after dressing", GRADUAL, MIDDLE, MONTHS),
            symptom("Rapid weight gain", "3 kg in one week", GRADUAL, MIDDLE, DAYS),
        ],
        plans: &[
            plan(
                85,
                &[
                    adult(&RAMIPRIL, &["2.5 mg", "5 mg"], TWICE, &["Relieves the heart and prolongs life"]),
                    adult(&LOSARTAN, &["50 mg", "100 mg"], ONCE, &["Relieves the heart"]),
                ],
            ),
            plan(
                75,
                &[adult(
                    &BISOPROLOL,
                    &["1.25 mg", "2.5 mg", "5 mg"],
                    MORNING,
                    &["Slows the heart and improves its function"],
                )],
            ),
            plan(75, &[adult(&FUROSEMIDE, &["20 mg", "40 mg"], MORNING, &["Removes excess fluid"])]),
            plan(35, &[adult(&SPIRONOLACTONE, &["25 mg"], ONCE, &["Removes fluid and protects the heart"])]),
            plan(30, &[adult(&DAPAGLIFLOZIN, &["10 mg"], ONCE, &["Reduces admissions for heart failure"])]),
        ],
        labs: &[lab(
            85,
            &HEART_FAILURE,
            (1, 4),
            180,
            &[
                effect(&NT_PROBNP, Level::At(900.0, 5600.0), Level::At(250.0, 900.0)),
                effect(&SODIUM, Level::At(131.0, 137.0), Level::Normal),
            ],
        )],
        reports: &[
            ReportKind {
                title: "Echocardiogram",
                specialty: Specialty::Cardiology,
                percent: 80,
                technique: "Transthoracic study in standard views with colour and spectral Doppler.",
                narrative: "The left ventricle is dilated and contracts poorly throughout. The left atrium is \
                            enlarged. The valves open freely; there is mild mitral regurgitation. No pericardial \
                            fluid.",
                findings: &[
                    measured("Left ventricular ejection fraction", "%", "52-72", (52.0, 72.0), (26.0, 44.0), 0),
                    measured("Left atrial diameter", "mm", "27-40", (27.0, 40.0), (42.0, 52.0), 0),
                    abnormal("Mitral valve", "Mild regurgitation", "Competent", "mild"),
                    normal("Pericardium", "No fluid"),
                ],
                summary: "Reduced left ventricular function in keeping with heart failure.",
                advice: "Optimise heart failure treatment and repeat the echocardiogram in six months.",
                rays: false,
            },
            ReportKind {
                title: "Chest X-ray",
                specialty: Specialty::Radiology,
                percent: 35,
                technique: "Single frontal view, erect.",
                narrative: "The heart is enlarged. There is upper lobe blood diversion with fine basal lines. \
                            No consolidation.",
                findings: &[
                    measured("Cardiothoracic ratio", "", "< 0.50", (0.0, 0.499), (0.53, 0.64), 2),
                    abnormal("Lung fields", "Mild interstitial oedema", "Clear", "moderate"),
                ],
                summary: "Enlarged heart with signs of mild congestion.",
                advice: "Compare with the clinical picture; repeat after diuretic treatment.",
                rays: true,
            },
        ],
        brings: &[("Essential hypertension", 35), ("Atrial fibrillation", 20), ("Coronary heart disease", 25)],
        ..PLAIN
    },
    Condition {
        name: "Atrial fibrillation",
        specialty: Specialty::Cardiology,
        per_mille: [0, 1, 12, 85],
        ages: (35, 96),
        urgent: 25,
        severities: MIDDLE,
        details: &[
            "Permanent atrial fibrillation; stroke risk calls for anticoagulation",
            "Paroxysmal atrial fibrillation found on a 24-hour recording",
        ],
        notes: &["Pulse irregular, 112/min. Risk of stroke explained, anticoagulant started."],
        better: &[
            "Pulse irregular, 76/min. No bleeding on the anticoagulant.",
            "Rate well controlled; kidney function to be checked yearly for the dose.",
        ],
        symptoms: &[
            symptom("Palpitations", "Irregular, fluttering heartbeat", SPELLS, MIDDLE, DAYS),
            symptom("Shortness of breath", "During spells of fast heartbeat", SPELLS, LIGHT, DAYS),
            symptom("Dizziness", "With a fast pulse", SPELLS, LIGHT, DAYS),
        ],
        plans: &[
            plan(
                92,
                &[
                    adult(
                        &APIXABAN,
                        &["5 mg", "2.5 mg"],
                        TWICE,
                        &["Prevents stroke by preventing clots", "Keeps clots from forming in the left atrium"],
                    ),
                    adult(
                        &RIVAROXABAN,
                        &["20 mg", "15 mg"],
                        "Once daily with the evening meal",
                        &["Prevents stroke by preventing clots", "Keeps clots from forming in the left atrium"],
                    ),
                ],
            ),
            plan(
                75,
                &[
                    adult(&BISOPROLOL, &["2.5 mg", "5 mg"], MORNING, &["Controls the heart rate"]),
                    adult(&METOPROLOL, &["50 mg"], TWICE, &["Controls the heart rate"]),
                    adult(&DILTIAZEM, &["120 mg modified release"], ONCE, &["Controls the heart rate"]),
                ],
            ),
        ],
        labs: &[lab(55, &RHYTHM, (1, 3), 360, &[])],
        reports: &[ReportKind {
            title: "Holter monitoring",
            specialty: Specialty::Cardiology,
            percent: 45,
            technique: "Three-channel recording over 24 hours with a symptom diary.",
            narrative: "Atrial fibrillation is present with a variable rate. No pause longer than 2.5 seconds. \
                        Isolated ventricular beats are few.",
            findings: &[
                abnormal("Rhythm", "Atrial fibrillation", "Sinus rhythm", "moderate"),
                measured("Mean heart rate", "/min", "60-100", (60.0, 100.0), (78.0, 112.0), 0),
                measured("Longest pause", "s", "< 2.5", (0.0, 2.49), (1.4, 2.3), 1),
            ],
            summary: "Atrial fibrillation without relevant pauses.",
            advice: "Continue rate control and anticoagulation.",
            rays: false,
        }],
        brings: &[("Essential hypertension", 40)],
        ..PLAIN
    },
    Condition {
        name: "Deep vein thrombosis",
        specialty: Specialty::General,
        per_mille: [0, 5, 9, 16],
        ages: (20, 92),
        course: Course::Episode(90, 180),
        urgent: 50,
        severities: HARD,
        details: &["Calf vein thrombosis after a long journey", "Femoral vein thrombosis after immobility"],
        notes: &["Swollen, tender calf; ultrasound confirmed a clot and anticoagulation was started."],
        symptoms: &[
            symptom("Leg swelling", "One calf 3 cm thicker than the other", SUDDEN, HARD, DAYS),
            symptom("Leg pain", "Calf tender on pressure and walking", SUDDEN, MIDDLE, DAYS),
        ],
        plans: &[plan(
            100,
            &[
                adult(&APIXABAN, &["5 mg"], TWICE, &["Dissolves the clot and prevents new ones"]).days(100),
                adult(&RIVAROXABAN, &["20 mg"], "Once daily with food", &["Treats the clot and prevents new ones"])
                    .days(100),
            ],
        )],
        labs: &[lab(80, &CLOTTING, (1, 2), 60, &[effect(&D_DIMER, Level::At(900.0, 4500.0), Level::Normal)])],
        reports: &[ReportKind {
            title: "Leg vein ultrasound",
            specialty: Specialty::Radiology,
            percent: 85,
            technique: "Compression ultrasound from groin to ankle with colour Doppler.",
            narrative: "The popliteal vein does not compress and holds echogenic material without flow. The \
                        femoral vein is patent.",
            findings: &[
                abnormal("Popliteal vein", "Not compressible, no flow", "Compressible", "severe"),
                normal("Common femoral vein", "Compressible"),
            ],
            summary: "Acute deep vein thrombosis of the popliteal vein.",
            advice: "Anticoagulation for at least three months.",
            rays: false,
        }],
        ..PLAIN
    },
];
