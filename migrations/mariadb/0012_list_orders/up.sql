-- suits: 1
-- index Appointment by status, appointment_date
CREATE INDEX IF NOT EXISTS idx_appointment_status_date ON Appointment (status, appointment_date);

-- index Medical_History by history_type, history_date
CREATE INDEX IF NOT EXISTS idx_history_type_date ON Medical_History (history_type, history_date);
