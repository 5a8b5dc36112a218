-- drop the index of Medical_History by history_type, history_date
DROP INDEX IF EXISTS idx_history_type_date ON Medical_History;

-- drop the index of Appointment by status, appointment_date
DROP INDEX IF EXISTS idx_appointment_status_date ON Appointment;
