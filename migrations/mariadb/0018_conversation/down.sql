-- drop table AI_Analysis
DROP TABLE IF EXISTS AI_Analysis;

-- drop table Attachment
DROP TABLE IF EXISTS Attachment;

-- drop what Chat_History has besides
ALTER TABLE Chat_History DROP FOREIGN KEY IF EXISTS fk_chat_parent, DROP FOREIGN KEY IF EXISTS fk_chat_of_session,
    DROP INDEX IF EXISTS idx_chat_parent, DROP INDEX IF EXISTS idx_chat_of_session, DROP COLUMN IF EXISTS is_sensitive,
    DROP COLUMN IF EXISTS language, DROP COLUMN IF EXISTS confidence, DROP COLUMN IF EXISTS ai_source,
    DROP COLUMN IF EXISTS metadata, DROP COLUMN IF EXISTS content_type, DROP COLUMN IF EXISTS parent_message_id,
    DROP COLUMN IF EXISTS chat_session_id;

-- drop table Chat_Session
DROP TABLE IF EXISTS Chat_Session;
