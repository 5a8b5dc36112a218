-- suits: 1
-- add Feed_Consumer.mark_applied: the mark that the graph was last known to bear
ALTER TABLE Feed_Consumer ADD COLUMN IF NOT EXISTS mark_applied BIGINT NOT NULL DEFAULT 0;

-- add Feed_Consumer.mark_intended: the mark of the newest write that was begun
ALTER TABLE Feed_Consumer ADD COLUMN IF NOT EXISTS mark_intended BIGINT NOT NULL DEFAULT 0;
