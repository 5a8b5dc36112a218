//! Medicines by generic name, and who must not have them.

/// A medicine.
#[derive(Debug, PartialEq)]
pub(super) struct Drug {
    pub(super) name: &'static str,
    /// Nobody takes two of one class at a time.
    pub(super) class: &'static str,
    /// The youngest age it is given at.
    pub(super) from_age: i64,
    /// Conditions and allergies that forbid it, by name.
    pub(super) avoid: &'static [&'static str],
}

/// `drugs! { NAME = "Name", "class", youngest age, [what forbids it]; … }`: one static a medicine, and `DRUGS`
/// that lists them all.
macro_rules! drugs {
    ($($id:ident = $name:literal, $class:literal, $from_age:literal, $avoid:expr;)*) => {
        $(pub(super) static $id: Drug = Drug { name: $name, class: $class, from_age: $from_age, avoid: &$avoid };)*
        #[cfg(test)]
        pub(super) static DRUGS: &[&Drug] = &[$(&$id),*];
    };
}

const ACE: [&str; 1] = ["Pregnancy"];
const STATIN: [&str; 1] = ["Pregnancy"];
const BETA_BLOCKER: [&str; 1] = ["Asthma"];
const NSAID: [&str; 11] = [
    "Aspirin and other NSAIDs",
    "Pregnancy",
    "Chronic kidney disease",
    "Heart failure",
    "Coronary heart disease",
    "Atrial fibrillation",
    "Deep vein thrombosis",
    "Peptic ulcer disease",
    "Ulcerative colitis",
    "Essential hypertension",
    "Asthma",
];
const ASPIRIN_LIKE: [&str; 4] =
    ["Aspirin and other NSAIDs", "Peptic ulcer disease", "Atrial fibrillation", "Deep vein thrombosis"];
const PENICILLIN: [&str; 1] = ["Penicillin"];
const CLARITHRO: [&str; 4] =
    ["Macrolide antibiotics", "Hyperlipidaemia", "Coronary heart disease", "Atrial fibrillation"];
const OESTROGEN: [&str; 5] =
    ["Migraine", "Deep vein thrombosis", "Essential hypertension", "Coronary heart disease", "Pregnancy"];
const SSRI: [&str; 2] = ["Pregnancy", "Epilepsy"];

drugs! {
    // Heart and vessels
    AMLODIPINE = "Amlodipine", "calcium channel blocker", 18, ["Heart failure"];
    RAMIPRIL = "Ramipril", "renin-angiotensin", 18, ACE;
    LISINOPRIL = "Lisinopril", "renin-angiotensin", 18, ACE;
    LOSARTAN = "Losartan", "renin-angiotensin", 18, ACE;
    INDAPAMIDE = "Indapamide", "thiazide", 18, ["Sulfonamides", "Gout", "Pregnancy"];
    LABETALOL = "Labetalol", "beta blocker", 18, BETA_BLOCKER;
    BISOPROLOL = "Bisoprolol", "beta blocker", 18, BETA_BLOCKER;
    METOPROLOL = "Metoprolol", "beta blocker", 18, BETA_BLOCKER;
    DILTIAZEM = "Diltiazem", "rate limiter", 18, ["Heart failure", "Pregnancy"];
    PROPRANOLOL = "Propranolol", "beta blocker", 12,
        ["Asthma", "Chronic obstructive pulmonary disease", "Heart failure", "Pregnancy"];
    ATORVASTATIN = "Atorvastatin", "statin", 18, STATIN;
    ROSUVASTATIN = "Rosuvastatin", "statin", 18, STATIN;
    EZETIMIBE = "Ezetimibe", "cholesterol absorption inhibitor", 18, STATIN;
    ASPIRIN = "Aspirin", "platelet inhibitor", 18, ASPIRIN_LIKE;
    CLOPIDOGREL = "Clopidogrel", "platelet inhibitor", 18, ["Atrial fibrillation", "Deep vein thrombosis"];
    NITRATE = "Glyceryl trinitrate", "nitrate", 18, ["Erectile dysfunction"];
    FUROSEMIDE = "Furosemide", "loop diuretic", 18, ["Sulfonamides"];
    SPIRONOLACTONE = "Spironolactone", "mineralocorticoid antagonist", 18, ["Pregnancy"];
    APIXABAN = "Apixaban", "anticoagulant", 18, ["Pregnancy"];
    RIVAROXABAN = "Rivaroxaban", "anticoagulant", 18, ["Pregnancy"];
    // Hormones, sugar, vitamins
    METFORMIN = "Metformin", "biguanide", 10, [];
    DAPAGLIFLOZIN = "Dapagliflozin", "SGLT2 inhibitor", 18, ["Type 1 diabetes mellitus", "Pregnancy"];
    GLICLAZIDE = "Gliclazide", "sulfonylurea", 18, ["Sulfonamides", "Pregnancy"];
    SITAGLIPTIN = "Sitagliptin", "DPP-4 inhibitor", 18, ["Pregnancy"];
    SEMAGLUTIDE = "Semaglutide", "GLP-1 agonist", 18, ["Pregnancy"];
    INSULIN_GLARGINE = "Insulin glargine", "basal insulin", 2, [];
    INSULIN_ASPART = "Insulin aspart", "mealtime insulin", 2, [];
    LEVOTHYROXINE = "Levothyroxine", "thyroid hormone", 0, [];
    CARBIMAZOLE = "Carbimazole", "antithyroid", 6, ["Pregnancy"];
    ORLISTAT = "Orlistat", "lipase inhibitor", 18, ["Pregnancy", "Gallstones"];
    VITAMIN_D3 = "Colecalciferol (vitamin D3)", "vitamin D", 0, [];
    HYDROXOCOBALAMIN = "Hydroxocobalamin", "vitamin B12", 12, [];
    CYANOCOBALAMIN = "Cyanocobalamin", "vitamin B12", 12, [];
    FERROUS_SULFATE = "Ferrous sulfate", "oral iron", 12, [];
    FERROUS_FUMARATE = "Ferrous fumarate", "oral iron", 1, [];
    FOLIC_ACID = "Folic acid", "folate", 0, [];
    CALCIUM_D3 = "Calcium carbonate with vitamin D3", "vitamin D", 18, ["Kidney stones"];
    // Lungs, nose, allergy
    SALBUTAMOL = "Salbutamol", "short-acting bronchodilator", 2, [];
    BECLOMETASONE = "Beclometasone", "inhaled steroid", 5, [];
    BUDESONIDE_FORMOTEROL = "Budesonide with formoterol", "inhaled steroid", 12, [];
    MONTELUKAST = "Montelukast", "leukotriene antagonist", 2, ["Major depressive disorder"];
    TIOTROPIUM = "Tiotropium", "long-acting antimuscarinic", 18, ["Benign prostatic hyperplasia"];
    UMECLIDINIUM_VILANTEROL = "Umeclidinium with vilanterol", "long-acting antimuscarinic", 18, [];
    CETIRIZINE = "Cetirizine", "antihistamine", 2, [];
    LORATADINE = "Loratadine", "antihistamine", 2, [];
    FLUTICASONE_NASAL = "Fluticasone nasal spray", "nasal steroid", 4, [];
    PREDNISOLONE = "Prednisolone", "oral steroid", 2, ["Type 2 diabetes mellitus", "Type 1 diabetes mellitus"];
    // Infections
    AMOXICILLIN = "Amoxicillin", "antibiotic", 0, PENICILLIN;
    PENICILLIN_V = "Phenoxymethylpenicillin", "antibiotic", 0, PENICILLIN;
    FLUCLOXACILLIN = "Flucloxacillin", "antibiotic", 0, PENICILLIN;
    CLARITHROMYCIN = "Clarithromycin", "antibiotic", 1, CLARITHRO;
    DOXYCYCLINE = "Doxycycline", "antibiotic", 12, ["Pregnancy"];
    NITROFURANTOIN = "Nitrofurantoin", "antibiotic", 12, ["Chronic kidney disease", "Pregnancy"];
    TRIMETHOPRIM = "Trimethoprim", "antibiotic", 2,
        ["Sulfonamides", "Pregnancy", "Rheumatoid arthritis", "Chronic kidney disease"];
    CEFALEXIN = "Cefalexin", "antibiotic", 1, PENICILLIN;
    FUSIDIC_ACID = "Fusidic acid cream", "topical antibiotic", 1, [];
    CHLORAMPHENICOL = "Chloramphenicol eye drops", "topical antibiotic", 2, ["Pregnancy"];
    ACICLOVIR = "Aciclovir", "antiviral", 12, [];
    OSELTAMIVIR = "Oseltamivir", "antiviral", 1, [];
    ORAL_REHYDRATION = "Oral rehydration salts", "rehydration", 0, [];
    CALAMINE = "Calamine lotion", "skin soother", 1, [];
    // Pain
    PARACETAMOL = "Paracetamol", "simple analgesic", 0, [];
    IBUPROFEN = "Ibuprofen", "NSAID", 1, NSAID;
    NAPROXEN = "Naproxen", "NSAID", 18, NSAID;
    DICLOFENAC_GEL = "Diclofenac gel", "topical NSAID", 16, ["Aspirin and other NSAIDs", "Pregnancy", "Asthma"];
    CODEINE = "Codeine", "opioid", 18, ["Codeine", "Pregnancy", "Obstructive sleep apnoea"];
    COLCHICINE = "Colchicine", "gout attack", 18, ["Chronic kidney disease", "Pregnancy"];
    ALLOPURINOL = "Allopurinol", "urate lowering", 18, ["Pregnancy"];
    METHOTREXATE = "Methotrexate", "immunosuppressant", 18,
        ["Pregnancy", "Chronic kidney disease", "Fatty liver disease"];
    HYDROXYCHLOROQUINE = "Hydroxychloroquine", "antimalarial", 18, ["Psoriasis"];
    ALENDRONIC_ACID = "Alendronic acid", "bisphosphonate", 40,
        ["Chronic kidney disease", "Gastro-oesophageal reflux disease", "Peptic ulcer disease"];
    DENOSUMAB = "Denosumab", "bone antibody", 40, ["Pregnancy"];
    // Mind and nerves
    SERTRALINE = "Sertraline", "antidepressant", 12, SSRI;
    CITALOPRAM = "Citalopram", "antidepressant", 18, SSRI;
    MIRTAZAPINE = "Mirtazapine", "antidepressant", 18, ["Pregnancy"];
    DULOXETINE = "Duloxetine", "antidepressant", 18, ["Pregnancy", "Open-angle glaucoma"];
    AMITRIPTYLINE = "Amitriptyline", "antidepressant", 18,
        ["Pregnancy", "Open-angle glaucoma", "Benign prostatic hyperplasia", "Alzheimer's disease",
            "Coronary heart disease"];
    MELATONIN = "Melatonin", "sleep hormone", 18, ["Pregnancy"];
    ZOPICLONE = "Zopiclone", "hypnotic", 18, ["Pregnancy", "Obstructive sleep apnoea", "Alzheimer's disease"];
    SUMATRIPTAN = "Sumatriptan", "triptan", 12, ["Coronary heart disease", "Essential hypertension", "Pregnancy"];
    TOPIRAMATE = "Topiramate", "migraine prevention", 18,
        ["Pregnancy", "Kidney stones", "Major depressive disorder", "Open-angle glaucoma"];
    LEVETIRACETAM = "Levetiracetam", "antiepileptic", 2, [];
    LAMOTRIGINE = "Lamotrigine", "antiepileptic", 2, [];
    CO_CARELDOPA = "Carbidopa with levodopa", "dopamine replacement", 30, [];
    RASAGILINE = "Rasagiline", "MAO-B inhibitor", 30, ["Major depressive disorder", "Generalised anxiety disorder"];
    DONEPEZIL = "Donepezil", "cholinesterase inhibitor", 50, ["Asthma"];
    MEMANTINE = "Memantine", "NMDA antagonist", 50, ["Epilepsy"];
    METHYLPHENIDATE = "Methylphenidate", "stimulant", 6,
        ["Essential hypertension", "Coronary heart disease", "Generalised anxiety disorder", "Hyperthyroidism",
            "Pregnancy"];
    BETAHISTINE = "Betahistine", "vertigo relief", 18, ["Asthma", "Peptic ulcer disease", "Pregnancy"];
    PROCHLORPERAZINE = "Prochlorperazine", "antiemetic", 18, ["Parkinson's disease"];
    LATANOPROST = "Latanoprost eye drops", "eye pressure", 18, ["Pregnancy"];
    TIMOLOL = "Timolol eye drops", "eye pressure", 18,
        ["Asthma", "Chronic obstructive pulmonary disease", "Heart failure"];
    // Stomach and bowel
    OMEPRAZOLE = "Omeprazole", "proton pump inhibitor", 1, [];
    LANSOPRAZOLE = "Lansoprazole", "proton pump inhibitor", 18, [];
    ALGINATE = "Sodium alginate with antacid", "antacid", 12, [];
    MEBEVERINE = "Mebeverine", "antispasmodic", 18, ["Pregnancy"];
    HYOSCINE = "Hyoscine butylbromide", "antispasmodic", 12, ["Open-angle glaucoma", "Benign prostatic hyperplasia"];
    LOPERAMIDE = "Loperamide", "antidiarrhoeal", 18, ["Ulcerative colitis", "Pregnancy"];
    MESALAZINE = "Mesalazine", "bowel anti-inflammatory", 12, ["Aspirin and other NSAIDs", "Chronic kidney disease"];
    MACROGOL = "Macrogol", "laxative", 2, [];
    URSODEOXYCHOLIC = "Ursodeoxycholic acid", "bile acid", 18, ["Peptic ulcer disease", "Pregnancy"];
    HAEMORRHOID_CREAM = "Hydrocortisone with lidocaine ointment", "rectal ointment", 18, [];
    // Skin
    EMOLLIENT = "Emollient cream", "emollient", 0, [];
    HYDROCORTISONE_CREAM = "Hydrocortisone 1% cream", "topical steroid", 1, [];
    MOMETASONE_CREAM = "Mometasone 0.1% cream", "topical steroid", 12, [];
    CALCIPOTRIOL = "Calcipotriol with betamethasone", "vitamin D ointment", 18, ["Pregnancy"];
    BENZOYL_PEROXIDE = "Benzoyl peroxide gel", "acne antibacterial", 12, [];
    ADAPALENE = "Adapalene gel", "topical retinoid", 12, ["Pregnancy"];
    // Women and men
    TAMSULOSIN = "Tamsulosin", "alpha blocker", 18, [];
    FINASTERIDE = "Finasteride", "5-alpha reductase inhibitor", 40, [];
    SILDENAFIL = "Sildenafil", "PDE-5 inhibitor", 18, ["Coronary heart disease", "Heart failure"];
    COMBINED_PILL = "Ethinylestradiol with levonorgestrel", "hormonal contraceptive", 15, OESTROGEN;
    DESOGESTREL = "Desogestrel", "hormonal contraceptive", 15, ["Pregnancy"];
    ESTRADIOL_PATCH = "Estradiol patch with progesterone", "hormone replacement", 40,
        ["Deep vein thrombosis", "Coronary heart disease"];
    TRANEXAMIC_ACID = "Tranexamic acid", "antifibrinolytic", 15, ["Deep vein thrombosis", "Pregnancy"];
}
