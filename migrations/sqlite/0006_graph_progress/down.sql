-- drop Feed_Consumer.mark_intended
ALTER TABLE Feed_Consumer DROP COLUMN mark_intended;

-- drop Feed_Consumer.mark_applied
ALTER TABLE Feed_Consumer DROP COLUMN mark_applied;
