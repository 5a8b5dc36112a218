//! The tables as Diesel sees them, on MariaDB. The modules are snake case; `sql_name` carries the spelling of the database.

diesel::table! {
    /// A person in care; every other row belongs to one.
    #[sql_name = "Patient"]
    patient (patient_id) {
        patient_id -> Integer,
        name -> Text,
        dob -> Nullable<Date>,
        sex -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Conditions, allergies, surgeries, family history and habits of a patient.
    #[sql_name = "Medical_History"]
    medical_history (history_id) {
        history_id -> Integer,
        patient_id -> Integer,
        history_type -> Nullable<Text>,
        history_item -> Text,
        history_details -> Nullable<Text>,
        history_date -> Nullable<Date>,
        severity -> Nullable<Text>,
        is_active -> Nullable<Bool>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Visits planned and past.
    #[sql_name = "Appointment"]
    appointment (appointment_id) {
        appointment_id -> Integer,
        patient_id -> Integer,
        appointment_date -> Date,
        appointment_time -> Nullable<Time>,
        status -> Nullable<Text>,
        appointment_type -> Nullable<Text>,
        doctor_name -> Nullable<Text>,
        notes -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// What a patient reported at an appointment.
    #[sql_name = "Appointment_Symptom"]
    appointment_symptom (symptom_id) {
        symptom_id -> Integer,
        appointment_id -> Integer,
        symptom_name -> Text,
        symptom_description -> Nullable<Text>,
        severity -> Nullable<Text>,
        duration -> Nullable<Text>,
        onset_type -> Nullable<Text>,
    }
}

diesel::table! {
    /// Medicines prescribed, running and discontinued.
    #[sql_name = "Medication"]
    medication (medication_id) {
        medication_id -> Integer,
        patient_id -> Integer,
        medicine_name -> Text,
        is_continued -> Nullable<Bool>,
        prescribed_date -> Date,
        discontinued_date -> Nullable<Date>,
        dosage -> Nullable<Text>,
        frequency -> Nullable<Text>,
        prescribed_by -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// What a medication is prescribed for.
    #[sql_name = "Medication_Purpose"]
    medication_purpose (purpose_id) {
        purpose_id -> Integer,
        medication_id -> Integer,
        condition_name -> Nullable<Text>,
        purpose_description -> Nullable<Text>,
    }
}

diesel::table! {
    /// Laboratory reports; their results are `lab_finding` rows.
    #[sql_name = "Lab_Report"]
    lab_report (lab_report_id) {
        lab_report_id -> Integer,
        patient_id -> Integer,
        lab_date -> Date,
        lab_type -> Nullable<Text>,
        ordering_doctor -> Nullable<Text>,
        lab_facility -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Single results of a laboratory report.
    #[sql_name = "Lab_Finding"]
    lab_finding (lab_finding_id) {
        lab_finding_id -> Integer,
        lab_report_id -> Integer,
        test_name -> Text,
        test_value -> Text,
        test_unit -> Nullable<Text>,
        reference_range -> Nullable<Text>,
        is_abnormal -> Nullable<Bool>,
        abnormal_flag -> Nullable<Text>,
        numeric_value -> Nullable<Double>,
    }
}

diesel::table! {
    /// Radiology, pathology and other written reports.
    #[sql_name = "Report"]
    report (report_id) {
        report_id -> Integer,
        patient_id -> Integer,
        report_type -> Nullable<Text>,
        report_date -> Date,
        complete_report -> Nullable<Text>,
        report_summary -> Nullable<Text>,
        doctor_name -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Single findings of a report.
    #[sql_name = "Report_Finding"]
    report_finding (finding_id) {
        finding_id -> Integer,
        report_id -> Integer,
        finding_key -> Text,
        finding_value -> Text,
        finding_unit -> Nullable<Text>,
        normal_range -> Nullable<Text>,
        is_abnormal -> Nullable<Bool>,
        abnormal_severity -> Nullable<Text>,
    }
}

diesel::table! {
    /// Messages between a patient and the care team.
    #[sql_name = "Chat_History"]
    chat_history (chat_id) {
        chat_id -> Integer,
        patient_id -> Integer,
        message_text -> Text,
        message_type -> Nullable<Text>,
        timestamp -> Nullable<Timestamp>,
        session_id -> Nullable<Text>,
    }
}
