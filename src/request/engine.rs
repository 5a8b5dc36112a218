//! One request from text to answer: limits, variables, validation, execution.
//!
//! async-graphql parses, validates, introspects and exports the schema; it executes nothing but introspection. Its
//! executor answers fields in the order they complete, runs two root fields of one response key twice, and spends a
//! future and a value on every scalar; ours (`exec`) does what the specification says, a level at a time.

pub use super::answer::{Answer, Outcome, refusal};
pub use super::prepared::Prepared;

use super::{
    answer::{Refusal, refused},
    documents::{self, Documents, Safelist},
    entry::{self, Named},
    limits::Objects,
    objects,
    prepared::select,
    root, schema_doc, suggest,
    validation::{self, for_validation, mentions_introspection},
    variables,
};
use crate::{
    access::{Asker, LOG_IN, Principal},
    audit::Audit,
    db::Db,
    db::scope::Scope,
    error::{Error, Result},
    graph::Graph,
    graphql::{
        budget::Memory,
        clock::Clock,
        context::{Cx, Written},
        exec::{self, Level, Seen},
        limits::Limits,
        loaders::Loaders,
        memo::Answers,
        model::Model,
        recorder::Recorder,
        report,
        root::Root,
        types::Types,
    },
};
use async_graphql::{
    Context, EmptySubscription, Request, Schema, ServerResult, Value,
    parser::types::{ExecutableDocument, Field, OperationType},
    registry::Registry,
    resolver_utils::ContainerType,
};
use futures_util::future::BoxFuture;
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::Instant;

/// The schema; set once, before it is built (async-graphql asks for types without an instance).
static MODEL: OnceLock<&'static Model> = OnceLock::new();

/// A root type, for async-graphql: it describes every type and resolves none.
macro_rules! root_type {
    ($type:ident, $root:ident) => {
        struct $type;

        impl async_graphql::OutputType for $type {
            fn type_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn create_type_info(registry: &mut Registry) -> String {
                if let Some(model) = MODEL.get() {
                    Types { registry, model }.object(model.$root);
                }
                stringify!($type).into()
            }
            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::Null)
            }
        }

        impl ContainerType for $type {
            async fn resolve_field(&self, _: &Context<'_>) -> ServerResult<Option<Value>> {
                Ok(None)
            }
        }

        impl async_graphql::ObjectType for $type {}
    };
}
root_type!(Query, query);
root_type!(Mutation, mutation);

/// Answers requests against one schema and store.
pub struct Engine {
    schema: Schema<Query, Mutation, EmptySubscription>,
    /// The same types once more: async-graphql keeps its own to itself.
    registry: Registry,
    model: &'static Model,
    queries: Objects,
    mutations: Objects,
    documents: Documents,
    db: Db,
    graph: Graph,
    limits: Arc<Limits>,
    memory: Arc<Memory>,
    timeout: Duration,
    audit: Option<Audit>,
}

/// What a caller may see and when it is: everything about a request that is not in its text.
pub struct Caller {
    /// Who asks.
    pub asker: Asker,
    /// Which patients the caller may see.
    pub scope: Scope,
    /// When it is.
    pub clock: Clock,
    /// The request's id, which the log has too.
    pub request_id: String,
    /// Whether it may write.
    pub may_write: bool,
    /// Keeps the statements.
    pub recorder: Recorder,
}

impl Engine {
    /// An engine for the schema below the roots, on a store.
    pub fn new(model: &'static Model, db: Db, graph: Graph, limits: Limits, timeout: Duration) -> Self {
        MODEL.get_or_init(|| model);
        // Its suggestions compare every unknown name with every known one; ours look at few.
        let schema = Schema::build(Query, Mutation, EmptySubscription).disable_suggestions().finish();
        let mut registry = Registry::default();
        let mut types = Types { registry: &mut registry, model };
        types.object(model.query);
        types.object(model.mutation);
        types.built_in();
        Engine {
            schema,
            registry,
            model,
            queries: Objects::below(model, model.query),
            mutations: Objects::below(model, model.mutation),
            documents: Documents::new(limits.persisted_query_bytes),
            db,
            graph,
            memory: Memory::new(limits.max_memory_bytes),
            limits: Arc::new(limits),
            timeout,
            audit: None,
        }
    }

    /// The same with an access log, without whose entry no answer leaves.
    pub fn logged(self, audit: Audit) -> Self {
        Engine { audit: Some(audit), ..self }
    }

    /// How the access log does, where there is one.
    pub fn logs(&self) -> Option<crate::audit::Counts> {
        self.audit.as_ref().map(Audit::counts)
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// How the documents that are kept do.
    pub fn documents(&self) -> documents::State {
        self.documents.state()
    }

    /// The memory that requests hold.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// From now on only the documents of a list are answered. One that does not fit the schema is refused with all others.
    pub async fn list(&self, list: Safelist) -> Result<()> {
        let mut wrong = Vec::new();
        for (id, text) in list.iter() {
            if let Err(refusals) = self.check(text).await {
                let why = refusals.first().map(|refusal| refusal.error.public_message()).unwrap_or_default();
                wrong.push(format!("  {id}: {why}"));
            }
        }
        if wrong.is_empty() {
            self.documents.list(list);
            return Ok(());
        }
        wrong.sort_unstable();
        let (many, shown) = (wrong.len(), wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n"));
        Err(Error::Setup(format!("{many} of the listed documents cannot be answered:\n{shown}")))
    }

    /// Whether a document fits the schema, whatever its variables.
    async fn check(&self, text: &str) -> Result<(), Vec<Refusal>> {
        let document = self.parse(text)?;
        for (name, operation) in document.operations.iter() {
            let mut request = Request::new(text);
            request.operation_name = name.map(ToString::to_string);
            for definition in &operation.node.variable_definitions {
                // Directives at the root are looked at while a document is checked, and need their variables.
                if definition.node.var_type.node.to_string() == "Boolean!" {
                    request.variables.insert(definition.node.name.node.clone(), Value::Boolean(true));
                }
            }
            request.set_parsed_query(for_validation(document.clone()));
            self.validate(request).await?;
        }
        self.check_literals(&document)?;
        Ok(())
    }

    /// Answers a request. As a box: what an answer holds while it is made is large, and would be moved with whoever awaits it.
    pub fn run(&self, request: Request, caller: Caller) -> BoxFuture<'_, Answer> {
        Box::pin(self.answer(request, caller))
    }

    async fn answer(&self, request: Request, caller: Caller) -> Answer {
        match self.prepare(request, &caller).await {
            Err(refused) => refused,
            Ok(prepared) => self.execute(prepared, caller).await,
        }
    }

    /// Reads a request and checks it; where it is refused, the answer to it.
    pub fn prepare<'a>(&'a self, request: Request, caller: &'a Caller) -> BoxFuture<'a, Result<Prepared, Answer>> {
        Box::pin(async move {
            let prepared = self.checked(request, caller).await;
            let prepared = prepared.map_err(|refusals| refused(&refusals, &caller.request_id))?;
            caller.recorder.is_prepared();
            Ok(prepared)
        })
    }

    /// Does what a request asks for. As a box, as [`Self::run`].
    pub fn execute(&self, prepared: Prepared, caller: Caller) -> BoxFuture<'_, Answer> {
        Box::pin(self.executed(prepared, caller))
    }

    async fn checked(&self, mut request: Request, caller: &Caller) -> Result<Prepared, Vec<Refusal>> {
        let refuse = |error: Error| vec![Refusal { error, locations: Vec::new() }];
        // Which documents are known is nothing for strangers.
        if caller.asker.principal == Principal::Nobody && request.query.is_empty() {
            return Err(refuse(Error::Unauthenticated(LOG_IN)));
        }
        let found = self.documents.find(&request).map_err(refuse)?;
        let (given, name) = (std::mem::take(&mut request.variables), request.operation_name.clone());
        let known = self.documents.known.get(&found.text);
        let document = match &known {
            Some(document) => document.clone(),
            None => Arc::new(self.parse(&found.text)?),
        };
        let operation = select(&document, name.as_deref()).map_err(refuse)?;
        match operation.ty {
            OperationType::Subscription => {
                return Err(refuse(Error::BadInput("there are no subscriptions yet".into())));
            }
            OperationType::Mutation if !caller.may_write => return Err(refuse(Error::NeedsPost)),
            OperationType::Mutation | OperationType::Query => {}
        }
        // Before validation: what it says tells the schema.
        if caller.asker.principal == Principal::Nobody {
            for name in root::fields(&document, operation) {
                caller.asker.principal.may(name, operation.ty == OperationType::Mutation).map_err(refuse)?;
            }
        }
        // A partner's program changes nothing. Refused here, its mutation leaves no entry in the access log, which it could fill so.
        if caller.asker.principal.client().is_some() && operation.ty == OperationType::Mutation {
            return Err(refuse(Error::NotAllowed("the program of a partner changes nothing".into())));
        }
        let with_defaults = variables::known(operation, given.clone());
        let objects = if operation.ty == OperationType::Mutation { &self.mutations } else { &self.queries };
        self.limits.check_operation(&document, operation, &with_defaults, objects).map_err(refuse)?;
        // Validation comes before variables: the specification reports a wrong document first.
        let mut introspection = HashMap::new();
        if known.is_none() {
            request.variables = with_defaults;
            request.set_parsed_query(for_validation(ExecutableDocument::clone(&document)));
            introspection = self.validate(request).await?;
            self.check_literals(&document)?;
            if !mentions_introspection(&document) {
                self.documents.known.keep(found.text.clone(), document.clone());
            }
        }
        let text = found.text.clone();
        if let Some(hash) = found.register {
            self.documents.register(hash, found.text);
        }
        let named = || Some(document.operations.iter().next()?.0?.to_string());
        let listed = found.listed.then(|| name.clone().or_else(named)).flatten();
        let types = variables::Schema { registry: &self.registry, suggestions: self.limits.suggestions };
        let variables = variables::coerce(types, operation, &given).map_err(|error| {
            refuse(if self.limits.introspection { error } else { Error::BadInput(HIDDEN_VARIABLES.into()) })
        })?;
        Ok(Prepared { document, text, name, listed, variables, introspection })
    }

    fn parse(&self, text: &str) -> Result<ExecutableDocument, Vec<Refusal>> {
        let refuse = |error: Error| vec![Refusal { error, locations: Vec::new() }];
        self.limits.check_text(text).and_then(|()| objects::check(text)).map_err(refuse)?;
        let document = async_graphql::parser::parse_query(text).map_err(|error| {
            let locations = error.positions().collect();
            let message = format!("the document cannot be parsed: {}", brief(&error.to_string()));
            vec![Refusal { error: Error::BadInput(message), locations }]
        })?;
        self.limits.check_document(&document, &self.queries).map_err(refuse)?;
        if !self.limits.introspection && mentions_introspection(&document) {
            return Err(refuse(Error::BadInput("the schema is not told here: introspection is switched off".into())));
        }
        Ok(document)
    }

    /// Has async-graphql check the document, and answer what it asks of the schema itself.
    async fn validate(&self, mut request: Request) -> Result<HashMap<String, Vec<u8>>, Vec<Refusal>> {
        let described = request.parsed_query().map(schema_doc::answered_under).unwrap_or_default();
        let response = self.schema.execute(request).await;
        let errors = response.errors.into_iter().map(|error| (error.message, error.locations));
        let refusals = self.refusals(errors);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let Value::Object(mut data) = response.data else { return Ok(HashMap::new()) };
        schema_doc::put(&mut data, &described, self.model.doc);
        let json = |value: &Value| serde_json::to_vec(value).unwrap_or_default();
        Ok(data.iter().map(|(key, value)| (key.to_string(), json(value))).collect())
    }

    /// Checks what async-graphql passes over.
    fn check_literals(&self, document: &ExecutableDocument) -> Result<(), Vec<Refusal>> {
        let wrong = validation::check_literals(&self.registry, document).into_iter();
        let refusals = self.refusals(wrong.map(|(message, place)| (message, vec![place])));
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    /// What is told of a wrong document: each error once, with all places where it was made.
    fn refusals(&self, errors: impl Iterator<Item = (String, Vec<async_graphql::Pos>)>) -> Vec<Refusal> {
        let mut merged: Vec<(String, Vec<async_graphql::Pos>)> = Vec::new();
        for (message, places) in errors {
            let message = if self.limits.introspection { message } else { HIDDEN_DOCUMENT.into() };
            let at = match merged.iter().position(|(known, _)| *known == message) {
                Some(at) => at,
                None if merged.len() == MOST_REFUSALS => continue,
                None => {
                    merged.push((message, Vec::new()));
                    merged.len() - 1
                }
            };
            if let Some((_, known)) = merged.get_mut(at) {
                let room = MOST_PLACES.saturating_sub(known.len());
                let new: Vec<_> = places.into_iter().filter(|place| !known.contains(place)).take(room).collect();
                known.extend(new);
            }
        }
        let told = |message| match self.limits.introspection && self.limits.suggestions {
            true => suggest::with_suggestion(&self.registry, message),
            false => message,
        };
        let refusal = |(message, locations)| Refusal { error: Error::BadInput(told(message)), locations };
        merged.into_iter().map(refusal).collect()
    }

    async fn executed(&self, prepared: Prepared, caller: Caller) -> Answer {
        let Prepared { document, text, name, listed, variables, introspection } = prepared;
        let operation = match select(&document, name.as_deref()) {
            Ok(operation) => operation,
            Err(error) => return refusal(&error, &caller.request_id),
        };
        let writes = operation.ty == OperationType::Mutation;
        let deadline = Instant::now() + self.timeout;
        let audit = self.audit.as_ref().filter(|_| writes);
        let event = match entry::reserved(audit, &caller.asker.principal, deadline).await {
            Ok(event) => event,
            Err(error) => return refusal(&error, &caller.request_id),
        };
        let cx = Cx {
            model: self.model,
            db: caller.recorder.of_database(&self.db),
            graph: caller.recorder.of_graph(&self.graph.within(self.limits.max_level_rows, deadline)),
            answers: Answers::default(),
            asker: caller.asker,
            scope: caller.scope,
            clock: caller.clock,
            limits: self.limits.clone(),
            deadline,
            loaders: Loaders::default(),
            serial: writes,
            event,
            noted: AtomicI64::new(0),
            document: document.clone(),
            variables,
            introspection,
            faults: Default::default(),
            account: Arc::new(self.memory.account(self.limits.max_request_bytes)),
            answer: Mutex::new(Written::default()),
            room: AtomicUsize::new(0),
            recorder: caller.recorder,
        };
        let root = if writes { self.model.mutation } else { self.model.query };
        let level = Arc::new(Level::root(Arc::new(Root(root))));
        let answered = exec::answer(&cx, level, vec![&operation.selection_set.node]).await;
        let entered = async {
            let Some(audit) = &self.audit else { return Ok(()) };
            let named = Named {
                principal: &cx.asker.principal,
                request: &caller.request_id,
                operation: entry::name_of(&document, operation),
                document: &text,
                changes: cx.noted.load(Relaxed) > 0,
                now_ms: cx.clock.now.and_utc().timestamp_millis(),
                event,
            };
            entry::enter(audit, &self.db, Seen::in_answer(&answered), named, deadline).await
        };
        if let Err(error) = entered.await {
            return refusal(&error.held_back(writes), &caller.request_id);
        }
        let mut body = Vec::with_capacity(1024);
        body.extend_from_slice(b"{\"data\":");
        answered.write(&cx, 0, &mut body);
        // What was read is not needed any more; the answer is, until it is sent.
        drop(answered);
        let errors = report::all(&cx, &caller.request_id);
        let codes = cx.faults().codes();
        let limits = cx.faults().limits();
        if !errors.is_empty() {
            body.extend_from_slice(b",\"errors\":");
            crate::db::write_json(&errors, &mut body);
        }
        body.push(b'}');
        let held = cx.account;
        held.keep(body.len());
        Answer { body, outcome: Outcome::Executed, codes, limits, operation: listed, held: Some(held) }
    }
}

/// The schema in its own language.
pub fn sdl(model: &'static Model) -> String {
    MODEL.get_or_init(|| model);
    let schema = Schema::build(Query, Mutation, EmptySubscription).finish();
    schema_doc::exported(
        &schema.sdl_with_options(async_graphql::SDLExportOptions::new().include_specified_by()),
        model.doc,
    )
}

/// What is said of a document or variables that do not fit the schema where nobody is told the schema.
const HIDDEN_DOCUMENT: &str = "the document does not fit the schema";
const HIDDEN_VARIABLES: &str = "the variables do not fit their types";

/// The most that one answer says of a wrong document.
const MOST_REFUSALS: usize = 20;
/// The most places that are told of one error.
const MOST_PLACES: usize = 100;

/// A parser's message on one line.
fn brief(message: &str) -> String {
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim().trim_start_matches("= ").to_owned()
}
