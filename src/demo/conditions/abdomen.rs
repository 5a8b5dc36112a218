//! Stomach, bowel, gallbladder and stones.

use super::super::{drugs::*, labs::*};
use super::*;

pub(super) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "Gastro-oesophageal reflux disease",
        specialty: Specialty::Gastroenterology,
        per_mille: [4, 44, 82, 92],
        ages: (14, 92),
        details: &["Heartburn on most days before treatment", "Mild oesophagitis at endoscopy"],
        notes: &["Smaller evening meals, head of the bed raised; tablet half an hour before breakfast."],
        better: &["Free of heartburn; lowest dose that works."],
        symptoms: &[
            symptom("Heartburn", "After meals and lying down", SPELLS, MIDDLE, WEEKS),
            symptom("Acid regurgitation", "Sour taste at night", SPELLS, LIGHT, WEEKS),
            symptom("Chronic cough", "Dry, at night", CHRONIC, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                85,
                &[
                    adult(
                        &OMEPRAZOLE,
                        &["10 mg", "20 mg"],
                        "Once daily before breakfast",
                        &["Reduces stomach acid", "Heals the gullet"],
                    ),
                    adult(
                        &LANSOPRAZOLE,
                        &["15 mg", "30 mg"],
                        "Once daily before breakfast",
                        &["Reduces stomach acid", "Heals the gullet"],
                    ),
                ],
            ),
            plan(20, &[adult(&ALGINATE, &["10 mL"], "After meals and at bedtime", &["Relieves heartburn"])]),
        ],
        reports: &[ReportKind {
            title: "Gastroscopy",
            specialty: Specialty::Gastroenterology,
            percent: 18,
            technique: "Flexible endoscopy to the duodenum, throat spray and light sedation.",
            narrative: "Short red streaks above the junction of gullet and stomach. Small sliding hiatus hernia. Stomach \
                        and duodenum normal.",
            findings: &[
                abnormal("Oesophagus", "Oesophagitis, Los Angeles grade A", "Normal", "mild"),
                abnormal("Hiatus hernia", "2 cm", "None", "mild"),
                normal("Duodenum", "Normal"),
            ],
            summary: "Mild reflux oesophagitis with a small hiatus hernia.",
            advice: "Acid suppression for eight weeks, then the lowest dose that works.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Peptic ulcer disease",
        specialty: Specialty::Gastroenterology,
        per_mille: [0, 6, 12, 14],
        ages: (20, 90),
        course: Course::Episode(42, 70),
        urgent: 25,
        severities: HARD,
        details: &["Duodenal ulcer with Helicobacter pylori; eradicated", "Gastric ulcer after pain tablets"],
        notes: &["Pain in the pit of the stomach, no black stool. Breath test and acid suppression."],
        symptoms: &[
            symptom("Upper abdominal pain", "Burning, wakes at night, better with food", SPELLS, HARD, WEEKS),
            symptom("Nausea", "In the morning", SPELLS, LIGHT, WEEKS),
            symptom("Bloating", "After small meals", SPELLS, LIGHT, WEEKS),
        ],
        plans: &[
            plan(
                98,
                &[
                    adult(&OMEPRAZOLE, &["20 mg", "40 mg"], TWICE, &["Lets the ulcer heal"]).days(56),
                    adult(&LANSOPRAZOLE, &["30 mg"], TWICE, &["Lets the ulcer heal"]).days(56),
                ],
            ),
            plan(
                60,
                &[
                    adult(&AMOXICILLIN, &["1 g"], TWICE, &["Part of the treatment of Helicobacter pylori"]).days(7),
                    adult(&CLARITHROMYCIN, &["500 mg"], TWICE, &["Part of the treatment of Helicobacter pylori"])
                        .days(7),
                ],
            ),
        ],
        labs: &[lab(50, &BLOOD_COUNT, (1, 1), 60, &[effect(&HAEMOGLOBIN, Level::OfLow(0.78, 1.04), Level::Normal)])],
        reports: &[ReportKind {
            title: "Gastroscopy",
            specialty: Specialty::Gastroenterology,
            percent: 75,
            technique: "Flexible endoscopy to the duodenum with biopsies.",
            narrative: "A shallow ulcer with a clean base lies in the duodenal bulb. The stomach lining is red. Rapid \
                        urease test positive.",
            findings: &[
                measured("Ulcer diameter", "mm", "None", (0.0, 0.0), (5.0, 14.0), 0),
                abnormal("Helicobacter pylori", "Positive", "Negative", "moderate"),
            ],
            summary: "Duodenal ulcer with Helicobacter pylori.",
            advice: "Eradicate, avoid anti-inflammatory tablets, breath test after eight weeks.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Irritable bowel syndrome",
        specialty: Specialty::Gastroenterology,
        per_mille: [4, 44, 38, 16],
        ages: (15, 78),
        men: 65,
        women: 135,
        severities: LIGHT,
        details: &["With diarrhoea; coeliac disease excluded", "With constipation; worse under stress"],
        notes: &["No warning signs. Food diary and low-FODMAP trial with the dietitian."],
        better: &["Better with regular meals and less coffee."],
        symptoms: &[
            symptom("Abdominal cramps", "Eased by opening the bowels", SPELLS, MIDDLE, MONTHS),
            symptom("Bloating", "By the evening", SPELLS, LIGHT, MONTHS),
            symptom("Diarrhoea", "Loose stools after meals", SPELLS, LIGHT, MONTHS),
            symptom("Constipation", "Alternating with loose stools", SPELLS, LIGHT, MONTHS),
        ],
        plans: &[
            plan(
                50,
                &[
                    adult(&MEBEVERINE, &["135 mg"], "Three times daily before meals", &["Relaxes the bowel"]),
                    adult(&HYOSCINE, &["10 mg"], NEEDED, &["Relieves cramps"]),
                ],
            ),
            plan(18, &[adult(&LOPERAMIDE, &["2 mg"], NEEDED, &["Slows the bowel"])]),
        ],
        labs: &[lab(25, &COELIAC, (1, 1), 300, &[])],
        ..PLAIN
    },
    Condition {
        name: "Coeliac disease",
        specialty: Specialty::Gastroenterology,
        per_mille: [9, 9, 8, 6],
        ages: (2, 80),
        women: 130,
        severities: LIGHT,
        details: &["Confirmed by biopsy; strict gluten-free diet", "Found through iron deficiency"],
        notes: &["Dietitian seen; antibodies to be repeated after six months."],
        better: &["Antibodies nearly normal; feels well."],
        symptoms: &[
            symptom("Diarrhoea", "Bulky, pale stools", CHRONIC, MIDDLE, MONTHS),
            symptom("Bloating", "After bread and pasta", SPELLS, LIGHT, MONTHS),
            symptom("Fatigue", "All day", GRADUAL, LIGHT, MONTHS),
            symptom("Weight loss", "Slowly over months", GRADUAL, LIGHT, MONTHS),
        ],
        plans: &[plan(
            45,
            &[
                adult(&VITAMIN_D3, &["800 IU"], ONCE, &["Makes up for poor uptake from food"]),
                adult(&VITAMIN_D3, &["400 IU"], ONCE, &["Makes up for poor uptake from food"]).child(),
            ],
        )],
        labs: &[lab(
            92,
            &COELIAC,
            (2, 3),
            180,
            &[
                effect(&TTG_IGA, Level::At(32.0, 128.0), Level::At(3.0, 11.0)),
                effect(&FERRITIN, Level::OfLow(0.4, 1.1), Level::Normal),
                effect(&VITAMIN_D, Level::At(13.0, 28.0), Level::At(31.0, 44.0)),
            ],
        )],
        reports: &[ReportKind {
            title: "Duodenal biopsy",
            specialty: Specialty::Gastroenterology,
            percent: 65,
            technique: "Four samples from the second part of the duodenum, haematoxylin and eosin.",
            narrative: "Villi are flattened with deep crypts and many lymphocytes in the surface layer. No giardia.",
            findings: &[
                abnormal("Villi", "Subtotal atrophy, Marsh 3b", "Normal height", "severe"),
                measured("Lymphocytes per 100 cells", "", "< 25", (0.0, 24.9), (38.0, 70.0), 0),
            ],
            summary: "Biopsy in keeping with coeliac disease (Marsh 3b).",
            advice: "Gluten-free diet for life; first-degree relatives may be tested.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Ulcerative colitis",
        specialty: Specialty::Gastroenterology,
        per_mille: [1, 7, 7, 5],
        ages: (15, 80),
        urgent: 18,
        severities: HARD,
        details: &["Left-sided; in remission on mesalazine", "Whole colon; last flare two years ago"],
        notes: &["Bloody stools for weeks. Stool test sent, colonoscopy arranged."],
        better: &["Two formed stools a day, no blood. Colonoscopy due in the ninth year."],
        worse: &["Flare with six stools a day; dose doubled."],
        symptoms: &[
            symptom("Bloody diarrhoea", "Up to six times a day", GRADUAL, HARD, WEEKS),
            symptom("Abdominal cramps", "Left lower side before stools", SPELLS, MIDDLE, WEEKS),
            symptom("Urgency", "Has to find a toilet at once", SPELLS, MIDDLE, WEEKS),
        ],
        plans: &[
            plan(
                95,
                &[adult(&MESALAZINE, &["1.2 g", "2.4 g", "4.8 g"], ONCE, &["Keeps the bowel free of inflammation"])],
            ),
            plan(30, &[adult(&PREDNISOLONE, &["40 mg, reducing"], MORNING, &["Treats a flare"]).days(56)]),
        ],
        labs: &[lab(
            92,
            &BOWEL,
            (2, 4),
            150,
            &[
                effect(&CALPROTECTIN, Level::At(280.0, 1400.0), Level::At(25.0, 160.0)),
                effect(&CRP, Level::At(9.0, 58.0), Level::Normal),
                effect(&HAEMOGLOBIN, Level::OfLow(0.8, 1.0), Level::Normal),
            ],
        )],
        reports: &[ReportKind {
            title: "Colonoscopy",
            specialty: Specialty::Gastroenterology,
            percent: 75,
            technique: "To the terminal ileum after full preparation; biopsies from each segment.",
            narrative: "The lining is red and bleeds on touch from the rectum to the splenic flexure, with a sharp upper \
                        border. The right colon and the ileum are normal. No polyp.",
            findings: &[
                abnormal("Mayo endoscopic score", "2 of 3", "0", "moderate"),
                abnormal("Extent", "Left-sided", "None", "moderate"),
                normal("Terminal ileum", "Normal"),
            ],
            summary: "Active left-sided ulcerative colitis.",
            advice: "Step up treatment; surveillance from the eighth year.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Gallstones",
        specialty: Specialty::Gastroenterology,
        per_mille: [0, 12, 24, 34],
        ages: (20, 92),
        men: 65,
        women: 135,
        urgent: 35,
        severities: MIDDLE,
        details: &["Several small stones; waits for a date for surgery", "Single stone; two attacks of colic"],
        notes: &["Pain after fatty food, gone now; murphy sign negative."],
        better: &["No colic since the diet was changed."],
        symptoms: &[
            symptom("Upper abdominal pain", "Right side after a fatty meal", SUDDEN, HARD, HOURS),
            symptom("Nausea", "With the pain", SUDDEN, MIDDLE, HOURS),
            symptom("Vomiting", "During an attack", SUDDEN, LIGHT, HOURS),
        ],
        plans: &[
            plan(40, &[adult(&HYOSCINE, &["10 mg", "20 mg"], NEEDED, &["Relieves colic"]).days(30)]),
            plan(15, &[adult(&URSODEOXYCHOLIC, &["250 mg", "500 mg"], TWICE, &["Dissolves small stones"])]),
        ],
        labs: &[lab(
            50,
            &UPPER_ABDOMEN,
            (1, 2),
            120,
            &[
                effect(&ALKALINE_PHOSPHATASE, Level::OfHigh(0.95, 1.6), Level::Normal),
                effect(&GGT, Level::OfHigh(1.1, 2.8), Level::Normal),
                effect(&BILIRUBIN, Level::OfHigh(0.8, 1.9), Level::Normal),
            ],
        )],
        reports: &[ReportKind {
            title: "Abdominal ultrasound",
            specialty: Specialty::Radiology,
            percent: 75,
            technique: "Fasting study of the upper abdomen.",
            narrative: "The gallbladder holds mobile stones that cast shadows. Its wall is thin and the common duct is \
                        slim. Liver and pancreas are unremarkable.",
            findings: &[
                abnormal("Gallbladder", "Stones up to 12 mm", "No stones", "moderate"),
                measured("Gallbladder wall", "mm", "< 4.0", (0.0, 3.9), (1.8, 3.2), 1),
                measured("Common bile duct", "mm", "< 7.0", (0.0, 6.9), (3.2, 5.8), 1),
            ],
            summary: "Gallstones without signs of inflammation.",
            advice: "Surgical opinion if colic recurs.",
            rays: false,
        }],
        ..PLAIN
    },
    Condition {
        name: "Kidney stones",
        specialty: Specialty::Urology,
        per_mille: [0, 13, 22, 16],
        ages: (19, 85),
        men: 130,
        women: 70,
        course: Course::Episode(7, 40),
        urgent: 70,
        severities: HARD,
        details: &["4 mm stone, passed by itself", "Second stone; drinks 2.5 litres a day now"],
        notes: &["Colic from flank to groin. Pain relief, filter the urine, imaging arranged."],
        symptoms: &[
            symptom("Flank pain", "In waves, down to the groin", SUDDEN, GRAVE, HOURS),
            symptom("Blood in urine", "Pink urine", SUDDEN, LIGHT, DAYS),
            symptom("Nausea", "With the pain", SUDDEN, MIDDLE, HOURS),
        ],
        plans: &[plan(
            70,
            &[
                adult(&NAPROXEN, &["500 mg"], TWICE, &["Relieves colic"]).days(7),
                adult(&PARACETAMOL, &["1 g"], FOUR, &["Relieves colic"]).days(7),
            ],
        )],
        labs: &[lab(65, &URINE, (1, 1), 20, &[effect(&URINE_RED_CELLS, Level::At(18.0, 150.0), Level::Normal)])],
        reports: &[ReportKind {
            title: "CT of the kidneys and bladder",
            specialty: Specialty::Radiology,
            percent: 65,
            technique: "Low-dose study without contrast medium.",
            narrative: "A small stone lies in the lower ureter with slight dilation above it. No other stone.",
            findings: &[
                measured("Stone diameter", "mm", "None", (0.0, 0.0), (3.0, 7.0), 0),
                abnormal("Collecting system", "Mild dilation", "Not dilated", "mild"),
            ],
            summary: "Stone in the lower ureter with mild dilation.",
            advice: "Most stones of this size pass; control in two to four weeks.",
            rays: true,
        }],
        ..PLAIN
    },
    Condition {
        name: "Functional constipation",
        specialty: Specialty::Gastroenterology,
        per_mille: [36, 14, 22, 55],
        ages: (2, 97),
        course: Course::Episode(40, 150),
        severities: MILD,
        details: &["Better with fibre, fluid and a laxative", "Began after a change of diet"],
        notes: &["Abdomen soft. More fluid and fibre, regular toilet time after meals."],
        symptoms: &[
            symptom("Constipation", "Bowels open twice a week, hard stool", GRADUAL, LIGHT, WEEKS),
            symptom("Lower abdominal pain", "Before stools", SPELLS, MILD, WEEKS),
        ],
        plans: &[plan(
            85,
            &[
                adult(&MACROGOL, &["1 sachet", "2 sachets"], ONCE, &["Softens the stool"]).days(60),
                adult(&MACROGOL, &["1 paediatric sachet", "2 paediatric sachets"], ONCE, &["Softens the stool"])
                    .child()
                    .days(90),
            ],
        )],
        ..PLAIN
    },
    Condition {
        name: "Haemorrhoids",
        specialty: Specialty::Gastroenterology,
        per_mille: [0, 24, 36, 28],
        ages: (20, 88),
        course: Course::Episode(14, 60),
        severities: MILD,
        details: &["Grade 2; settled with ointment and fibre"],
        notes: &["Bright blood on paper, examined with a proctoscope. Fibre, no straining."],
        symptoms: &[
            symptom("Rectal bleeding", "Bright blood on the paper", SPELLS, LIGHT, WEEKS),
            symptom("Anal itching", "After opening the bowels", SPELLS, MILD, WEEKS),
        ],
        plans: &[plan(70, &[adult(&HAEMORRHOID_CREAM, &["Small amount"], TWICE, &["Eases itching and pain"]).days(7)])],
        ..PLAIN
    },
];
