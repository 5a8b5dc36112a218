//! The limits in force, as plain values. Each room looks at its own.

/// The limits in force; each is a configuration key of the same name.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Fields nested in fields.
    pub max_depth: u64,
    /// Objects an answer may have, as far as the request can tell.
    pub max_cost: u64,
    /// Fields with an alias.
    pub max_aliases: u64,
    /// Fields at the root.
    pub max_root_fields: u64,
    /// Tokens of the document.
    pub max_tokens: u64,
    /// Brackets within brackets.
    pub max_nesting: u64,
    /// Selections after fragments are spread.
    pub max_selections: u64,
    /// Directives after fragments are spread.
    pub max_directives: u64,
    /// How often one set of selections may ask for the same response key.
    pub max_repetitions: u64,
    /// Rows of a page.
    pub max_page_size: u32,
    /// Rows of a page if the request does not say.
    pub default_page_size: u32,
    /// Rows of one level, below all parents together.
    pub max_level_rows: u32,
    /// Bytes of an answer.
    pub max_answer_bytes: usize,
    /// Bytes that a request may hold.
    pub max_request_bytes: usize,
    /// Bytes that all requests together may hold.
    pub max_memory_bytes: usize,
    /// Rows that a filter by facts of the graph may match.
    pub max_graph_matches: u32,
    /// Rows that the store may read for one list that is filtered, or for its total.
    pub max_rows_read: u64,
    /// Objects up to which a bounded total counts.
    pub max_total_count: u32,
    /// Why nothing may be written, where nothing may.
    pub read_only: Option<&'static str>,
    /// For how many minutes a clinician may break the glass; 0 where nobody may.
    pub break_glass_minutes: u32,
    /// For how long an idempotency key is kept.
    pub idempotency_hours: u32,
    /// Whether the schema tells about itself, in answers and in errors.
    pub introspection: bool,
    /// Whether an error may suggest the name that was meant.
    pub suggestions: bool,
    /// Bytes of automatic persisted queries.
    pub persisted_query_bytes: usize,
}

impl Limits {
    /// For how long an idempotency key is kept, in milliseconds.
    pub fn idempotency_ms(&self) -> i64 {
        i64::from(self.idempotency_hours) * 3_600_000
    }
}
