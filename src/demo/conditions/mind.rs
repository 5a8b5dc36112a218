//! Mind, nerves and senses.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Major depressive disorder",
        specialty: Specialty::Psychiatry,
        per_mille: [12, 66, 70, 44],
        ages: (13, 88),
        men: 75,
        women: 125,
        severities: MIDDLE,
        details: &[
            "First episode after a bereavement; talking therapy and tablets",
            "Second episode; early signs known to the patient and family",
            "After a difficult year; no thoughts of self-harm",
        ],
        notes: &["PHQ-9 16 points. Talking therapy referred, medicine explained, seen again in two weeks."],
        better: &["PHQ-9 down to 7 points; sleeps better and sees friends again."],
        worse: &["Low mood again; dose raised. Safety plan gone through."],
        symptoms: &[
            symptom("Low mood", "Most of the day, nearly every day", GRADUAL, MIDDLE, MONTHS),
            symptom("Loss of interest", "No pleasure in hobbies", GRADUAL, MIDDLE, MONTHS),
            symptom("Poor sleep", "Wakes at four in the morning", CHRONIC, MIDDLE, WEEKS),
            symptom("Fatigue", "No drive", GRADUAL, LIGHT, MONTHS),
            symptom("Poor concentration", "Reads the same page twice", GRADUAL, LIGHT, WEEKS),
        ],
        plans: &[plan(
            80,
            &[
                adult(
                    &SERTRALINE,
                    &["50 mg", "100 mg"],
                    MORNING,
                    &["Lifts mood", "Prevents another episode of depression"],
                ),
                adult(
                    &CITALOPRAM,
                    &["10 mg", "20 mg"],
                    ONCE,
                    &["Lifts mood", "Prevents another episode of depression"],
                ),
                adult(&MIRTAZAPINE, &["15 mg", "30 mg"], BEDTIME, &["Lifts mood and helps sleep"]),
                adult(
                    &DULOXETINE,
                    &["30 mg", "60 mg"],
                    ONCE,
                    &["Lifts mood", "Prevents another episode of depression"],
                ),
            ],
        )],
        labs: &[lab(14, &HEALTH_CHECK, (1, 1), 300, &[])],
        brings: &[("Generalised anxiety disorder", 16), ("Insomnia", 16)],
        ..PLAIN
    },
    Condition {
        name: "Generalised anxiety disorder",
        specialty: Specialty::Psychiatry,
        per_mille: [14, 58, 46, 26],
        ages: (11, 84),
        men: 70,
        women: 130,
        details: &["Worries about many things on most days", "Panic attacks in the past; breathing exercises help"],
        notes: &["GAD-7 14 points. Breathing and exposure explained; online programme offered."],
        better: &["GAD-7 6 points, copes well."],
        symptoms: &[
            symptom("Excessive worry", "About many things, hard to stop", CHRONIC, MIDDLE, MONTHS),
            symptom("Palpitations", "With worry, settles by itself", SPELLS, LIGHT, WEEKS),
            symptom("Restlessness", "Cannot sit still", SPELLS, LIGHT, WEEKS),
            symptom("Muscle tension", "Neck and jaw", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                62,
                &[
                    adult(&SERTRALINE, &["25 mg", "50 mg"], MORNING, &["Reduces anxiety", "Prevents panic attacks"]),
                    adult(&DULOXETINE, &["30 mg"], ONCE, &["Reduces anxiety", "Prevents panic attacks"]),
                ],
            ),
            plan(15, &[adult(&PROPRANOLOL, &["10 mg", "40 mg"], NEEDED, &["Relieves trembling and palpitations"])]),
        ],
        labs: &[lab(10, &THYROID, (1, 1), 300, &[])],
        ..PLAIN
    },
    Condition {
        name: "Insomnia",
        specialty: Specialty::Psychiatry,
        per_mille: [0, 24, 44, 62],
        ages: (19, 92),
        women: 120,
        details: &["Falls asleep after two hours", "Wakes often; sleep diary kept"],
        notes: &["Sleep hygiene and sleep restriction explained; tablets only for a short time."],
        better: &["Sleeps six hours again."],
        symptoms: &[
            symptom("Poor sleep", "Takes more than an hour to fall asleep", CHRONIC, MIDDLE, MONTHS),
            symptom("Daytime sleepiness", "In the afternoon", CHRONIC, LIGHT, WEEKS),
            symptom("Irritability", "Short-tempered after bad nights", SPELLS, MILD, WEEKS),
        ],
        plans: &[plan(
            55,
            &[
                adult(&ZOPICLONE, &["3.75 mg", "7.5 mg"], BEDTIME, &["Helps sleep for a short time"]).days(14),
                adult(
                    &MELATONIN,
                    &["2 mg prolonged release"],
                    "Once daily, 1 to 2 hours before bed",
                    &["Helps falling asleep"],
                )
                .days(90),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Migraine",
        specialty: Specialty::Neurology,
        per_mille: [20, 72, 54, 14],
        ages: (9, 70),
        men: 50,
        women: 150,
        severities: MIDDLE,
        details: &["With visual aura; two attacks a month", "Without aura, with stress or after poor sleep"],
        notes: &["Headache diary started; triggers are skipped meals and stress."],
        better: &["Down to one attack a month; prevention goes on."],
        symptoms: &[
            symptom("Headache", "One-sided, throbbing, with nausea", SPELLS, HARD, HOURS),
            symptom("Visual aura", "Zigzag lines for 20 minutes", SUDDEN, LIGHT, HOURS),
            symptom("Nausea", "With the headache", SPELLS, MIDDLE, HOURS),
            symptom("Sensitivity to light", "Has to lie in a dark room", SPELLS, MIDDLE, HOURS),
        ],
        plans: &[
            plan(
                62,
                &[
                    adult(
                        &SUMATRIPTAN,
                        &["50 mg", "100 mg"],
                        "At the start of an attack, at most twice a day",
                        &["Stops a migraine attack"],
                    ),
                    adult(&NAPROXEN, &["500 mg"], NEEDED, &["Eases a migraine attack"]),
                    adult(&IBUPROFEN, &["200 mg"], NEEDED, &["Eases a migraine attack"]).child(),
                ],
            ),
            plan(
                28,
                &[
                    adult(&PROPRANOLOL, &["40 mg", "80 mg"], TWICE, &["Prevents migraine"]),
                    adult(&AMITRIPTYLINE, &["10 mg", "25 mg"], BEDTIME, &["Prevents migraine"]),
                    adult(&TOPIRAMATE, &["25 mg", "50 mg"], TWICE, &["Prevents migraine"]),
                ],
            ),
        ],
        reports: &[ReportKind {
            title: "MRI of the head",
            specialty: Specialty::Radiology,
            percent: 12,
            technique: "T1, T2, FLAIR and diffusion sequences without contrast medium.",
            narrative: "Brain tissue, ventricles and sinuses are of normal appearance for age. No bleeding, no mass, no \
                        fresh infarct.",
            findings: &[normal("Brain", "Normal for age"), normal("Diffusion", "No restriction")],
            summary: "Normal MRI of the head.",
            advice: "No further imaging is needed unless the pattern of headache changes.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Tension-type headache",
        specialty: Specialty::Neurology,
        per_mille: [16, 42, 34, 14],
        ages: (10, 82),
        course: Course::Episode(14, 60),
        severities: MILD,
        details: &["With long hours at the screen"],
        notes: &["No warning signs. Breaks, posture and relaxation; pain tablets at most ten days a month."],
        symptoms: &[
            symptom("Headache", "Like a band around the head", GRADUAL, LIGHT, WEEKS),
            symptom("Neck pain", "Stiff in the evening", GRADUAL, MILD, WEEKS),
        ],
        plans: &[plan(65, &[adult(&PARACETAMOL, &["500 mg", "1 g"], NEEDED, &["Eases headache"]).days(21)])],
        ..PLAIN
    },
    Condition {
        name: "Epilepsy",
        specialty: Specialty::Neurology,
        per_mille: [6, 7, 6, 7],
        ages: (3, 85),
        urgent: 55,
        severities: HARD,
        details: &["Generalised seizures; free of seizures for two years", "Focal epilepsy; last seizure last year"],
        notes: &["Seizure seen by others. Tablets started, electroencephalogram arranged, safety advice given."],
        better: &["No seizure since the last visit. Takes tablets regularly."],
        worse: &["One seizure after a short night; dose adjusted."],
        symptoms: &[
            symptom("Seizure", "Shaking of the whole body for two minutes", SUDDEN, HARD, HOURS),
            symptom("Confusion", "After the seizure, for half an hour", SUDDEN, MIDDLE, HOURS),
        ],
        plans: &[plan(
            98,
            &[
                adult(&LEVETIRACETAM, &["500 mg", "750 mg", "1000 mg"], TWICE, &["Prevents seizures"]),
                adult(&LAMOTRIGINE, &["50 mg", "100 mg"], TWICE, &["Prevents seizures"]),
                adult(&LEVETIRACETAM, &["100 mg/mL, 2 mL"], TWICE, &["Prevents seizures"]).child(),
            ],
        )],
        labs: &[lab(35, &BLOOD_COUNT, (1, 2), 330, &[])],
        reports: &[ReportKind {
            title: "Electroencephalogram",
            specialty: Specialty::Neurology,
            percent: 70,
            technique: "21 channels, 30 minutes at rest with eyes open and closed, over-breathing and flashing light.",
            narrative: "The background is regular. Short runs of sharp waves appear during over-breathing, without a \
                        seizure.",
            findings: &[
                measured("Background rhythm", "Hz", "8-12", (8.0, 12.0), (8.5, 11.0), 1),
                abnormal("Epileptiform activity", "Sharp waves on over-breathing", "None", "moderate"),
            ],
            summary: "Epileptiform activity, in keeping with the known epilepsy.",
            advice: "Continue treatment; repeat before any plan to stop it.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Parkinson's disease",
        specialty: Specialty::Neurology,
        per_mille: [0, 0, 3, 24],
        ages: (50, 92),
        men: 125,
        women: 75,
        severities: HARD,
        details: &["Began with tremor of the right hand", "Slowness and stiffness; good answer to levodopa"],
        notes: &["Tremor at rest and less arm swing on the right. Neurology asked to confirm."],
        better: &["Walks freely, small handwriting. Tablets moved to fixed hours."],
        worse: &["Wearing off before the next dose; timing changed."],
        symptoms: &[
            symptom("Tremor", "Right hand at rest", CHRONIC, MIDDLE, LONG),
            symptom("Slowness of movement", "Buttons take long", GRADUAL, MIDDLE, LONG),
            symptom("Muscle stiffness", "Arms and shoulders", GRADUAL, MIDDLE, MONTHS),
            symptom("Constipation", "For years", CHRONIC, LIGHT, LONG),
        ],
        plans: &[
            plan(
                92,
                &[adult(&CO_CARELDOPA, &["25/100 mg", "25/250 mg"], THRICE, &["Replaces dopamine and eases movement"])],
            ),
            plan(35, &[adult(&RASAGILINE, &["1 mg"], ONCE, &["Lengthens the effect of levodopa"])]),
        ],
        reports: &[ReportKind {
            title: "MRI of the head",
            specialty: Specialty::Radiology,
            percent: 45,
            technique: "T1, T2, FLAIR and susceptibility sequences.",
            narrative: "No infarct and no hydrocephalus. The bright dot in the substantia nigra cannot be seen on \
                        either side.",
            findings: &[
                abnormal("Substantia nigra", "Swallow-tail sign absent", "Present", "moderate"),
                normal("Ventricles", "Normal width"),
            ],
            summary: "Findings that fit Parkinson's disease; no other cause seen.",
            advice: "The diagnosis rests on the clinical picture; neurology follow-up.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Alzheimer's disease",
        specialty: Specialty::Neurology,
        per_mille: [0, 0, 0, 38],
        ages: (66, 97),
        severities: HARD,
        details: &["Power of attorney in place; the family helps every day", "Mild stage; still cooks and shops"],
        notes: &["Mini-mental state 22 of 30. Carer support and day centre discussed."],
        better: &["Stable in daily life; medicine well tolerated."],
        symptoms: &[
            symptom("Forgetfulness", "Repeats questions, loses keys", GRADUAL, MIDDLE, LONG),
            symptom("Disorientation", "Got lost on a known way", GRADUAL, MIDDLE, MONTHS),
            symptom("Irritability", "In the evening", SPELLS, LIGHT, MONTHS),
        ],
        plans: &[
            plan(75, &[adult(&DONEPEZIL, &["5 mg", "10 mg"], BEDTIME, &["Slows the loss of memory"])]),
            plan(30, &[adult(&MEMANTINE, &["10 mg", "20 mg"], ONCE, &["Supports thinking and daily life"])]),
        ],
        labs: &[lab(45, &MEMORY, (1, 1), 300, &[])],
        reports: &[ReportKind {
            title: "CT of the head",
            specialty: Specialty::Radiology,
            percent: 50,
            technique: "Axial slices without contrast medium.",
            narrative: "Widened sulci, most of all in the temporal lobes, with small hippocampi. No bleeding, no mass, \
                        no large infarct.",
            findings: &[
                abnormal("Hippocampus", "Atrophy, grade 3", "No atrophy", "moderate"),
                normal("Bleeding", "None"),
            ],
            summary: "Temporal atrophy, in keeping with Alzheimer's disease.",
            advice: "Memory clinic follow-up.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Attention deficit hyperactivity disorder",
        specialty: Specialty::Psychiatry,
        per_mille: [46, 16, 3, 0],
        ages: (6, 45),
        men: 150,
        women: 60,
        details: &["Diagnosed with reports from school and home", "Mixed type; training in daily routines completed"],
        notes: &["Questionnaires evaluated and options explained; height, weight and pulse recorded."],
        better: &[
            "Appetite a little less at noon, otherwise well.",
            "Longer attention in class or at work; dose kept.",
        ],
        symptoms: &[
            symptom("Poor concentration", "Loses track of tasks", CHRONIC, MIDDLE, LONG),
            symptom("Restlessness", "Cannot stay seated", CHRONIC, MIDDLE, LONG),
            symptom("Impulsiveness", "Interrupts others", CHRONIC, LIGHT, LONG),
        ],
        plans: &[plan(
            65,
            &[adult(
                &METHYLPHENIDATE,
                &["18 mg modified release", "27 mg modified release"],
                MORNING,
                &["Improves attention"],
            )
            .any_age()],
        )],
        ..PLAIN
    },
    Condition {
        name: "Benign paroxysmal positional vertigo",
        specialty: Specialty::EarNoseThroat,
        per_mille: [0, 8, 20, 34],
        ages: (25, 94),
        course: Course::Episode(7, 45),
        details: &["Right posterior canal; gone after the Epley manoeuvre"],
        notes: &["Positional test positive on the right; Epley manoeuvre done at once."],
        symptoms: &[
            symptom("Vertigo", "Room spins for 30 seconds on turning in bed", SUDDEN, MIDDLE, DAYS),
            symptom("Nausea", "With the spinning", SUDDEN, LIGHT, DAYS),
        ],
        plans: &[plan(
            45,
            &[
                adult(&BETAHISTINE, &["8 mg", "16 mg"], THRICE, &["Relieves dizziness"]).days(14),
                adult(&PROCHLORPERAZINE, &["5 mg"], NEEDED, &["Relieves nausea with vertigo"]).days(7),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Open-angle glaucoma",
        specialty: Specialty::Ophthalmology,
        per_mille: [0, 0, 11, 45],
        ages: (42, 94),
        severities: LIGHT,
        details: &["Found by the optician; fields full", "Both eyes; early loss of the upper field on the left"],
        notes: &["Eye pressure 26 mmHg. Drops explained and started."],
        better: &["Eye pressure 16 mmHg on drops. Technique checked.", "Field unchanged since last year."],
        symptoms: &[
            symptom("Loss of side vision", "Noticed when driving", GRADUAL, LIGHT, MONTHS),
            symptom("Blurred vision", "Left eye, slowly worse", GRADUAL, MILD, MONTHS),
        ],
        plans: &[plan(
            95,
            &[
                adult(&LATANOPROST, &["1 drop in each eye"], BEDTIME, &["Lowers the pressure in the eye"]),
                adult(&TIMOLOL, &["1 drop in each eye"], TWICE, &["Lowers the pressure in the eye"]),
            ],
        )],
        reports: &[ReportKind {
            title: "Eye examination",
            specialty: Specialty::Ophthalmology,
            percent: 65,
            technique: "Applanation tonometry, slit lamp, perimetry and optic disc photographs.",
            narrative: "Angles are open. The optic cups are enlarged, more on the left, with an early arcuate defect \
                        in the field.",
            findings: &[
                measured("Pressure right eye", "mmHg", "10-21", (10.0, 21.0), (21.5, 28.0), 1),
                measured("Pressure left eye", "mmHg", "10-21", (10.0, 21.0), (22.0, 30.0), 1),
                abnormal("Visual field", "Early arcuate defect, left", "Full", "mild"),
            ],
            summary: "Open-angle glaucoma with early field loss on the left.",
            advice: "Pressure-lowering drops for life; field test every year.",
            rays: false,
        }],
        ..PLAIN
    },
];
