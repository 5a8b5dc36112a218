//! Conditions of women and of men.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Pregnancy",
        specialty: Specialty::Gynaecology,
        per_mille: [0, 42, 3, 0],
        ages: (19, 43),
        men: 0,
        course: Course::Recent(50, 235),
        group: "womb",
        severities: MILD,
        details: &["Normal course so far", "Normal course; antenatal class booked"],
        notes: &["Pregnancy confirmed; folic acid, diet and the plan of visits discussed."],
        better: &[
            "Blood pressure 112/70 mmHg, urine clear, growth as expected.",
            "Baby's heartbeat regular; feels well.",
        ],
        worse: &["Usual complaints of pregnancy; advice given, all findings normal."],
        symptoms: &[
            symptom("Nausea", "In the morning", SPELLS, LIGHT, WEEKS),
            symptom("Fatigue", "In the evening", GRADUAL, LIGHT, WEEKS),
            symptom("Heartburn", "Lying down", SPELLS, MILD, WEEKS),
        ],
        plans: &[
            plan(
                92,
                &[adult(
                    &FOLIC_ACID,
                    &["400 micrograms"],
                    ONCE,
                    &["Protects the baby's spine", "Covers the greater need in pregnancy"],
                )],
            ),
            plan(30, &[adult(&FERROUS_SULFATE, &["200 mg"], ONCE, &["Covers the need for iron in pregnancy"])]),
        ],
        labs: &[lab(
            92,
            &ANTENATAL,
            (1, 3),
            60,
            &[
                effect(&HAEMOGLOBIN, Level::At(10.6, 12.4), Level::At(10.8, 12.6)),
                effect(&FERRITIN, Level::At(10.0, 40.0), Level::At(12.0, 45.0)),
            ],
        )],
        reports: &[ReportKind {
            title: "Obstetric ultrasound",
            specialty: Specialty::Gynaecology,
            percent: 75,
            technique: "Abdominal probe.",
            narrative: "A single living baby with regular heartbeat and active movement. The amount of fluid is normal \
                        and the placenta lies clear of the cervix.",
            findings: &[
                measured("Fetal heart rate", "/min", "110-160", (110.0, 160.0), (128.0, 156.0), 0),
                normal("Amniotic fluid", "Normal amount"),
                normal("Placenta", "Clear of the cervix"),
            ],
            summary: "Single living pregnancy, growth as expected.",
            advice: "Next scan as planned.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Polycystic ovary syndrome",
        specialty: Specialty::Gynaecology,
        per_mille: [4, 58, 14, 0],
        ages: (15, 44),
        men: 0,
        group: "womb",
        details: &["Long cycles and raised testosterone", "With weight gain and acne; wish for children later"],
        notes: &["Cycle diary; losing 5% of weight often restores the cycle."],
        better: &["Periods regular on treatment."],
        symptoms: &[
            symptom("Irregular periods", "Cycles of 45 to 90 days", CHRONIC, MIDDLE, LONG),
            symptom("Excess hair", "Chin and lower abdomen", GRADUAL, LIGHT, LONG),
            symptom("Weight gain", "Around the waist", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                45,
                &[
                    adult(
                        &COMBINED_PILL,
                        &["30/150 micrograms"],
                        "Once daily for 21 days, then 7 days off",
                        &["Regulates the cycle"],
                    ),
                    adult(&DESOGESTREL, &["75 micrograms"], ONCE, &["Protects the lining of the womb"]),
                ],
            ),
            plan(
                35,
                &[adult(&METFORMIN, &["500 mg", "850 mg"], MEALS, &["Improves the effect of insulin and the cycle"])],
            ),
        ],
        labs: &[lab(
            75,
            &OVARY,
            (1, 2),
            240,
            &[
                effect(&TESTOSTERONE, Level::At(74.0, 128.0), Level::At(50.0, 78.0)),
                effect(&LH, Level::At(12.0, 22.0), Level::At(7.0, 13.5)),
            ],
        )],
        reports: &[ReportKind {
            title: "Pelvic ultrasound",
            specialty: Specialty::Gynaecology,
            percent: 60,
            technique: "Transvaginal or abdominal probe, early in the cycle.",
            narrative: "Both ovaries are enlarged with many small follicles at the rim. The womb is normal.",
            findings: &[
                measured("Right ovary volume", "mL", "< 10.0", (0.0, 9.9), (10.8, 16.5), 1),
                measured("Left ovary volume", "mL", "< 10.0", (0.0, 9.9), (10.5, 15.8), 1),
                normal("Uterus", "Normal"),
            ],
            summary: "Polycystic appearance of both ovaries.",
            advice: "Compare with cycle and hormones.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Endometriosis",
        specialty: Specialty::Gynaecology,
        per_mille: [2, 36, 22, 0],
        ages: (16, 50),
        men: 0,
        group: "womb",
        severities: HARD,
        details: &["Confirmed by laparoscopy", "Painful periods since school; better on hormone treatment"],
        notes: &["Painful periods; hormone treatment without a break agreed, pain diary given."],
        better: &["Far less pain; no sick day since the last visit."],
        symptoms: &[
            symptom("Period pain", "Has to lie down for two days", SPELLS, HARD, MONTHS),
            symptom("Pelvic pain", "Between periods as well", CHRONIC, MIDDLE, MONTHS),
            symptom("Heavy periods", "Changes pads every hour", SPELLS, MIDDLE, MONTHS),
        ],
        plans: &[
            plan(
                75,
                &[
                    adult(&DESOGESTREL, &["75 micrograms"], ONCE, &["Stops periods and pain"]),
                    adult(
                        &COMBINED_PILL,
                        &["30/150 micrograms"],
                        "Once daily without a break",
                        &["Stops periods and pain"],
                    ),
                ],
            ),
            plan(45, &[adult(&NAPROXEN, &["250 mg", "500 mg"], NEEDED, &["Eases period pain"])]),
            plan(12, &[adult(&TRANEXAMIC_ACID, &["1 g"], "Three times daily during periods", &["Lessens bleeding"])]),
        ],
        labs: &[lab(25, &IRON_STUDIES, (1, 2), 180, &[effect(&FERRITIN, Level::OfLow(0.5, 1.3), Level::Normal)])],
        reports: &[ReportKind {
            title: "Pelvic ultrasound",
            specialty: Specialty::Gynaecology,
            percent: 50,
            technique: "Transvaginal probe.",
            narrative: "The left ovary holds a cyst with fine even echoes. The right ovary and the womb are normal.",
            findings: &[
                measured("Left ovarian cyst", "mm", "None", (0.0, 0.0), (18.0, 46.0), 0),
                normal("Right ovary", "Normal"),
            ],
            summary: "Cyst of the left ovary, in keeping with endometriosis.",
            advice: "Gynaecology review; repeat in three months.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Menopausal symptoms",
        specialty: Specialty::Gynaecology,
        per_mille: [0, 0, 110, 8],
        ages: (46, 66),
        men: 0,
        group: "womb",
        details: &["No period for more than a year", "Hot flushes and poor sleep for a year"],
        notes: &["Benefits and risks of hormones explained; breast screening up to date."],
        better: &["Sleeps through, few flushes."],
        symptoms: &[
            symptom("Hot flushes", "Eight to ten a day", SPELLS, MIDDLE, MONTHS),
            symptom("Night sweats", "Has to change clothes", SPELLS, MIDDLE, MONTHS),
            symptom("Poor sleep", "Wakes with sweats", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[plan(
            42,
            &[adult(
                &ESTRADIOL_PATCH,
                &["50 micrograms per 24 hours with 100 mg"],
                "Patch twice weekly, capsule at bedtime",
                &["Relieves hot flushes and night sweats"],
            )],
        )],
        labs: &[lab(
            28,
            &MENOPAUSE,
            (1, 1),
            200,
            &[
                effect(&FSH, Level::At(34.0, 96.0), Level::At(26.0, 70.0)),
                effect(&OESTRADIOL, Level::At(8.0, 26.0), Level::At(34.0, 90.0)),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Benign prostatic hyperplasia",
        specialty: Specialty::Urology,
        per_mille: [0, 0, 75, 290],
        ages: (48, 95),
        women: 0,
        details: &["Rises twice at night; flow slow", "Symptom score 16 before treatment"],
        notes: &["Prostate smooth and enlarged. Less to drink in the evening."],
        better: &["Symptom score 8; no retention."],
        symptoms: &[
            symptom("Nocturia", "Up three times a night", GRADUAL, MIDDLE, MONTHS),
            symptom("Weak urinary stream", "Takes long to start", GRADUAL, MIDDLE, MONTHS),
            symptom("Urinary frequency", "Every two hours", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                78,
                &[adult(
                    &TAMSULOSIN,
                    &["400 micrograms"],
                    "Once daily after breakfast",
                    &["Relaxes the prostate and eases flow", "Lessens getting up at night"],
                )],
            ),
            plan(28, &[adult(&FINASTERIDE, &["5 mg"], ONCE, &["Shrinks the prostate"])]),
        ],
        labs: &[lab(60, &PROSTATE, (1, 3), 360, &[effect(&PSA, Level::At(1.8, 6.4), Level::At(1.2, 4.2))])],
        reports: &[ReportKind {
            title: "Prostate ultrasound",
            specialty: Specialty::Urology,
            percent: 35,
            technique: "Abdominal probe, full bladder, then after voiding.",
            narrative: "The prostate is enlarged with a smooth outline. Some urine remains after voiding. Kidneys not \
                        dilated.",
            findings: &[
                measured("Prostate volume", "mL", "< 30", (0.0, 29.9), (34.0, 78.0), 0),
                measured("Residual urine", "mL", "< 50", (0.0, 49.9), (20.0, 130.0), 0),
            ],
            summary: "Enlarged prostate of benign appearance.",
            advice: "Medical treatment; urology review if residual urine rises.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Erectile dysfunction",
        specialty: Specialty::Urology,
        per_mille: [0, 8, 48, 60],
        ages: (30, 80),
        women: 0,
        severities: MILD,
        details: &["Gradual, with reduced confidence", "Since high blood pressure was found"],
        notes: &["Heart risk checked before treatment; smoking and alcohol discussed."],
        better: &["Content with the medicine."],
        symptoms: &[symptom("Erectile difficulty", "For several months", GRADUAL, LIGHT, MONTHS)],
        plans: &[plan(
            70,
            &[adult(&SILDENAFIL, &["25 mg", "50 mg", "100 mg"], "As needed, 1 hour before", &["Supports erection"])],
        )],
        labs: &[lab(20, &HEALTH_CHECK, (1, 1), 300, &[])],
        ..PLAIN
    },
];
