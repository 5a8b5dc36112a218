-- drop table AI_Analysis
DROP TABLE IF EXISTS AI_Analysis;

-- drop table Attachment
DROP TABLE IF EXISTS Attachment;

-- drop Chat_History.is_sensitive
ALTER TABLE Chat_History DROP COLUMN is_sensitive;

-- drop Chat_History.language
ALTER TABLE Chat_History DROP COLUMN language;

-- drop Chat_History.confidence
ALTER TABLE Chat_History DROP COLUMN confidence;

-- drop Chat_History.ai_source
ALTER TABLE Chat_History DROP COLUMN ai_source;

-- drop Chat_History.metadata
ALTER TABLE Chat_History DROP COLUMN metadata;

-- drop Chat_History.content_type
ALTER TABLE Chat_History DROP COLUMN content_type;

-- drop the index of Chat_History by parent_message_id
DROP INDEX IF EXISTS idx_chat_parent;

-- drop Chat_History.parent_message_id
ALTER TABLE Chat_History DROP COLUMN parent_message_id;

-- drop the index of Chat_History by chat_session_id, timestamp
DROP INDEX IF EXISTS idx_chat_of_session;

-- drop Chat_History.chat_session_id
ALTER TABLE Chat_History DROP COLUMN chat_session_id;

-- drop table Chat_Session
DROP TABLE IF EXISTS Chat_Session;
