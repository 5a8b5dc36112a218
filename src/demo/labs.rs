//! Laboratory tests, their reference ranges, and the panels they are ordered in.

/// What counts as normal.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limits {
    /// Both ends are still normal.
    Between(f64, f64),
    /// Below this; the value itself is high.
    Under(f64),
    /// Above this; the value itself is low.
    Over(f64),
}

/// A reference range: the text on the report and the same as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) text: &'static str,
    pub(super) limits: Limits,
    /// Where the values of healthy people mostly lie.
    pub(super) usual: (f64, f64),
}

/// A laboratory test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test {
    pub(super) name: &'static str,
    pub(super) unit: Option<&'static str>,
    pub(super) decimals: usize,
    adults: Span,
    women: Option<Span>,
    children: Option<Span>,
    /// At or beyond these the laboratory rings the doctor.
    critical: (f64, f64),
}

impl Test {
    /// The range that holds for someone of this sex and age.
    pub(super) fn span(&self, sex: &str, age: i64) -> &Span {
        let women = self.women.as_ref().filter(|_| sex == "Female");
        self.children.as_ref().filter(|_| age < 18).or(women).unwrap_or(&self.adults)
    }

    /// The abnormal flag of `value`, none where it is normal.
    pub(super) fn flag(&self, span: &Span, value: f64) -> Option<&'static str> {
        let (low, high) = match span.limits {
            Limits::Between(low, high) => (value < low, value > high),
            Limits::Under(high) => (false, value >= high),
            Limits::Over(low) => (value <= low, false),
        };
        match (low, high) {
            (true, _) if value <= self.critical.0 => Some("critical_low"),
            (true, _) => Some("low"),
            (_, true) if value >= self.critical.1 => Some("critical_high"),
            (_, true) => Some("high"),
            _ => None,
        }
    }

    const fn women(mut self, span: Span) -> Self {
        self.women = Some(span);
        self
    }

    const fn children(mut self, span: Span) -> Self {
        self.children = Some(span);
        self
    }

    const fn critical(mut self, low: f64, high: f64) -> Self {
        self.critical = (low, high);
        self
    }
}

const fn test(name: &'static str, unit: &'static str, decimals: usize, adults: Span) -> Test {
    let unit = if unit.is_empty() { None } else { Some(unit) };
    let critical = (f64::NEG_INFINITY, f64::INFINITY);
    Test { name, unit, decimals, adults, women: None, children: None, critical }
}

/// `span!(3.5 to 5.1)`, `span!(under 200, 120 to 190)`, `span!(over 60, 75 to 110)`: text and numbers from one source.
macro_rules! span {
    ($low:literal to $high:literal) => {
        Span {
            text: concat!($low, "-", $high),
            limits: Limits::Between($low as f64, $high as f64),
            usual: (
                $low as f64 + ($high as f64 - $low as f64) * 0.2,
                $high as f64 - ($high as f64 - $low as f64) * 0.2,
            ),
        }
    };
    (under $high:literal, $from:literal to $until:literal) => {
        Span { text: concat!("< ", $high), limits: Limits::Under($high as f64), usual: ($from as f64, $until as f64) }
    };
    (over $low:literal, $from:literal to $until:literal) => {
        Span { text: concat!("> ", $low), limits: Limits::Over($low as f64), usual: ($from as f64, $until as f64) }
    };
}

/// `tests! { NAME = expression; … }`: one static a test, and `TESTS` that lists them all.
macro_rules! tests {
    ($($name:ident = $test:expr;)*) => {
        $(pub(super) static $name: Test = $test;)*
        #[cfg(test)]
        pub(super) static TESTS: &[&Test] = &[$(&$name),*];
    };
}

const NONE: f64 = f64::NEG_INFINITY;
const ENDLESS: f64 = f64::INFINITY;

tests! {
    // Blood count
    HAEMOGLOBIN = test("Haemoglobin", "g/dL", 1, span!(13.5 to 17.5))
        .women(span!(12.0 to 15.5)).children(span!(11.0 to 14.5)).critical(7.0, 20.0);
    MCV = test("Mean cell volume", "fL", 0, span!(80 to 100)).children(span!(75 to 90));
    WHITE_CELLS = test("White cell count", "10^9/L", 1, span!(4.0 to 11.0))
        .children(span!(5.0 to 13.0)).critical(1.5, 30.0);
    NEUTROPHILS = test("Neutrophils", "%", 0, span!(40 to 75)).children(span!(30 to 70));
    EOSINOPHILS = test("Eosinophils", "%", 1, span!(under 6.0, 0.8 to 4.5));
    PLATELETS = test("Platelets", "10^9/L", 0, span!(150 to 400)).children(span!(150 to 450)).critical(30.0, 1000.0);
    // Iron and vitamins
    FERRITIN = test("Ferritin", "ng/mL", 0, span!(30 to 300)).women(span!(15 to 150)).children(span!(12 to 140));
    TRANSFERRIN_SATURATION = test("Transferrin saturation", "%", 0, span!(20 to 50)).children(span!(15 to 45));
    IRON = test("Serum iron", "µg/dL", 0, span!(60 to 170)).children(span!(50 to 120));
    VITAMIN_B12 = test("Vitamin B12", "pg/mL", 0, span!(200 to 900));
    FOLATE = test("Folate", "ng/mL", 1, span!(4.0 to 20.0));
    VITAMIN_D = test("25-hydroxyvitamin D", "ng/mL", 0, span!(30 to 100)).critical(6.0, 150.0);
    // Kidney and salts
    SODIUM = test("Sodium", "mmol/L", 0, span!(135 to 145)).critical(120.0, 160.0);
    POTASSIUM = test("Potassium", "mmol/L", 1, span!(3.5 to 5.1)).critical(2.5, 6.2);
    UREA = test("Urea", "mg/dL", 0, span!(15 to 45)).children(span!(10 to 36)).critical(NONE, 200.0);
    CREATININE = test("Creatinine", "mg/dL", 2, span!(0.70 to 1.30))
        .women(span!(0.50 to 1.10)).children(span!(0.30 to 0.70)).critical(NONE, 5.0);
    EGFR = test("eGFR", "mL/min/1.73 m²", 0, span!(over 60, 74 to 108)).critical(15.0, ENDLESS);
    URINE_ACR = test("Urine albumin/creatinine ratio", "mg/g", 0, span!(under 30, 4 to 20));
    CALCIUM = test("Calcium", "mg/dL", 1, span!(8.5 to 10.5)).critical(6.5, 13.0);
    PHOSPHATE = test("Phosphate", "mg/dL", 1, span!(2.5 to 4.5)).children(span!(4.0 to 6.0));
    PARATHYROID = test("Parathyroid hormone", "pg/mL", 0, span!(15 to 65));
    URIC_ACID = test("Uric acid", "mg/dL", 1, span!(3.5 to 7.2)).women(span!(2.6 to 6.0)).children(span!(2.0 to 5.5));
    // Sugar
    HBA1C = test("HbA1c", "%", 1, span!(4.0 to 5.6)).critical(NONE, 12.0);
    GLUCOSE = test("Fasting glucose", "mg/dL", 0, span!(70 to 99)).critical(45.0, 300.0);
    // Fats
    CHOLESTEROL = test("Total cholesterol", "mg/dL", 0, span!(under 200, 130 to 190));
    LDL = test("LDL cholesterol", "mg/dL", 0, span!(under 130, 70 to 110)).critical(NONE, 250.0);
    HDL = test("HDL cholesterol", "mg/dL", 0, span!(over 40, 46 to 62)).women(span!(over 50, 54 to 68));
    TRIGLYCERIDES = test("Triglycerides", "mg/dL", 0, span!(under 150, 60 to 125)).critical(NONE, 500.0);
    // Liver
    ALT = test("ALT", "U/L", 0, span!(7 to 45)).critical(NONE, 500.0);
    AST = test("AST", "U/L", 0, span!(8 to 40)).critical(NONE, 500.0);
    GGT = test("Gamma-GT", "U/L", 0, span!(8 to 60));
    ALKALINE_PHOSPHATASE = test("Alkaline phosphatase", "U/L", 0, span!(40 to 130)).children(span!(110 to 380));
    BILIRUBIN = test("Total bilirubin", "mg/dL", 1, span!(0.2 to 1.2)).critical(NONE, 12.0);
    ALBUMIN = test("Albumin", "g/dL", 1, span!(3.5 to 5.0));
    // Thyroid
    TSH = test("TSH", "mIU/L", 2, span!(0.40 to 4.50));
    FREE_T4 = test("Free T4", "ng/dL", 2, span!(0.80 to 1.80));
    FREE_T3 = test("Free T3", "pg/mL", 1, span!(2.0 to 4.4));
    TPO_ANTIBODIES = test("Thyroid peroxidase antibodies", "IU/mL", 0, span!(under 35, 3 to 22));
    // Inflammation
    CRP = test("C-reactive protein", "mg/L", 1, span!(under 5.0, 0.4 to 3.5)).critical(NONE, 200.0);
    ESR = test("Erythrocyte sedimentation rate", "mm/h", 0, span!(under 20, 3 to 15));
    RHEUMATOID_FACTOR = test("Rheumatoid factor", "IU/mL", 0, span!(under 14, 4 to 11));
    ANTI_CCP = test("Anti-CCP antibodies", "U/mL", 0, span!(under 20, 2 to 12));
    IGE = test("Total IgE", "IU/mL", 0, span!(under 100, 10 to 70));
    // Heart and clotting
    NT_PROBNP = test("NT-proBNP", "pg/mL", 0, span!(under 125, 25 to 100)).critical(NONE, 5000.0);
    TROPONIN = test("Troponin T (high sensitivity)", "ng/L", 0, span!(under 14, 3 to 9)).critical(NONE, 52.0);
    D_DIMER = test("D-dimer", "ng/mL", 0, span!(under 500, 120 to 380)).critical(NONE, 4000.0);
    INR = test("INR", "", 1, span!(0.8 to 1.2)).critical(NONE, 5.0);
    MAGNESIUM = test("Magnesium", "mg/dL", 1, span!(1.7 to 2.4)).critical(1.0, 4.5);
    // Gut
    TTG_IGA = test("Tissue transglutaminase IgA", "U/mL", 1, span!(under 10.0, 0.6 to 5.0));
    CALPROTECTIN = test("Faecal calprotectin", "µg/g", 0, span!(under 50, 8 to 38));
    LIPASE = test("Lipase", "U/L", 0, span!(13 to 60)).critical(NONE, 600.0);
    // Hormones
    PSA = test("Prostate-specific antigen", "ng/mL", 1, span!(under 4.0, 0.5 to 2.8));
    TESTOSTERONE = test("Total testosterone", "ng/dL", 0, span!(15 to 70));
    LH = test("Luteinising hormone", "IU/L", 1, span!(2.0 to 14.0));
    FSH = test("Follicle-stimulating hormone", "IU/L", 1, span!(3.0 to 12.0));
    PROLACTIN = test("Prolactin", "ng/mL", 0, span!(4 to 25));
    OESTRADIOL = test("Oestradiol", "pg/mL", 0, span!(30 to 300));
    // Urine
    URINE_WHITE_CELLS = test("Urine white cells", "/HPF", 0, span!(under 5, 0 to 3));
    URINE_RED_CELLS = test("Urine red cells", "/HPF", 0, span!(under 4, 0 to 2));
    URINE_PROTEIN = test("Urine protein", "mg/dL", 0, span!(under 15, 2 to 10));
    URINE_PH = test("Urine pH", "", 1, span!(5.0 to 8.0));
    URINE_GRAVITY = test("Urine specific gravity", "", 3, span!(1.005 to 1.030));
}

/// Tests that are ordered together.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) name: &'static str,
    pub(super) tests: &'static [&'static Test],
}

/// `panels! { NAME = "Printed name": TEST, TEST…; … }`.
macro_rules! panels {
    ($($name:ident = $title:literal: $($test:ident),+;)*) => {
        $(pub(super) static $name: Panel = Panel { name: $title, tests: &[$(&$test),+] };)*
    };
}

panels! {
    BLOOD_COUNT = "Full blood count": HAEMOGLOBIN, MCV, WHITE_CELLS, NEUTROPHILS, PLATELETS;
    INFECTION = "Infection screen": WHITE_CELLS, NEUTROPHILS, CRP, HAEMOGLOBIN, CREATININE;
    ALLERGY = "Allergy screen": IGE, EOSINOPHILS, WHITE_CELLS, CRP;
    IRON_STUDIES = "Iron studies": HAEMOGLOBIN, MCV, FERRITIN, IRON, TRANSFERRIN_SATURATION;
    VITAMINS = "Vitamin B12 and folate": VITAMIN_B12, FOLATE, HAEMOGLOBIN, MCV;
    BONE = "Bone profile": VITAMIN_D, CALCIUM, PHOSPHATE, ALKALINE_PHOSPHATASE, PARATHYROID;
    KIDNEY = "Kidney function": CREATININE, EGFR, UREA, SODIUM, POTASSIUM, URINE_ACR;
    DIABETES = "Diabetes review": HBA1C, GLUCOSE, CREATININE, EGFR, URINE_ACR, LDL;
    LIPIDS = "Lipid profile": CHOLESTEROL, LDL, HDL, TRIGLYCERIDES, ALT;
    LIVER = "Liver function": ALT, AST, GGT, ALKALINE_PHOSPHATASE, BILIRUBIN, ALBUMIN;
    THYROID = "Thyroid function": TSH, FREE_T4, FREE_T3, TPO_ANTIBODIES;
    URATE = "Urate and kidney function": URIC_ACID, CREATININE, EGFR, CRP;
    RHEUMATOLOGY = "Rheumatology review": CRP, ESR, RHEUMATOID_FACTOR, ANTI_CCP, HAEMOGLOBIN, ALT;
    HEART_FAILURE = "Heart failure review": NT_PROBNP, CREATININE, EGFR, SODIUM, POTASSIUM, HAEMOGLOBIN;
    RHYTHM = "Rhythm screen": POTASSIUM, MAGNESIUM, TSH, CREATININE, HAEMOGLOBIN;
    CHEST_PAIN = "Chest pain screen": TROPONIN, CREATININE, POTASSIUM, GLUCOSE, HAEMOGLOBIN;
    CLOTTING = "Clotting screen": D_DIMER, INR, PLATELETS, CREATININE, HAEMOGLOBIN;
    COELIAC = "Coeliac screen": TTG_IGA, HAEMOGLOBIN, FERRITIN, FOLATE, VITAMIN_D;
    BOWEL = "Bowel inflammation": CALPROTECTIN, CRP, HAEMOGLOBIN, ALBUMIN, PLATELETS;
    UPPER_ABDOMEN = "Upper abdominal screen": ALT, ALKALINE_PHOSPHATASE, BILIRUBIN, GGT, LIPASE, CRP;
    URINE = "Urinalysis": URINE_WHITE_CELLS, URINE_RED_CELLS, URINE_PROTEIN, URINE_PH, URINE_GRAVITY;
    PROSTATE = "Prostate review": PSA, CREATININE, EGFR, URINE_RED_CELLS;
    OVARY = "Ovarian hormone profile": TESTOSTERONE, LH, FSH, PROLACTIN, TSH;
    MENOPAUSE = "Menopause profile": FSH, OESTRADIOL, TSH, HAEMOGLOBIN;
    ANTENATAL = "Antenatal bloods": HAEMOGLOBIN, PLATELETS, FERRITIN, GLUCOSE, TSH, URINE_PROTEIN;
    MEMORY = "Memory clinic bloods": VITAMIN_B12, FOLATE, TSH, CALCIUM, SODIUM, GLUCOSE;
    HEALTH_CHECK = "Health check": HAEMOGLOBIN, GLUCOSE, CREATININE, LDL, ALT, TSH;
    CHILD_CHECK = "Child health check": HAEMOGLOBIN, MCV, WHITE_CELLS, PLATELETS, FERRITIN;
}
