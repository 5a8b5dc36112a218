//! A program's look at a message: what went in and came out, how long it took and what it cost. The gateway calls no such program; it
//! keeps and sums what programs send.

use super::{message, session};
use crate::{
    db::{By, DateTime, Flag, Json, MOST, Path, SumOf, Whole},
    entity::entity,
    graphql::{
        form::Form,
        json_schema::JsonSchema,
        made::{MadeRow, made},
        model::{Children, Object},
        relation::{List, One},
        rules::{Check, Holds},
        sums::{Sum, Sums},
    },
    write::Add,
};

/// What `input` and `output` must look like: whatever the program took and gave.
static ANYTHING: JsonSchema = JsonSchema::Any;

entity! {
    /// A program's look at a message: what went in and came out, how long it took and what it cost.
    AiAnalysis, "AI_Analysis" by analysis_id, search false;
    called "an analysis by a program", "analyses by programs";
    root "aiAnalysis", "aiAnalyses";
    written "analysis", "analyses";
    belongs { chat_id of message, as "analyses" "What programs found in the message." }
    columns {
        /// The key of the analysis in the relational store.
        analysis_id: i32 = "analysisId" index, Key;
        /// The key of the message in the relational store.
        chat_id: Option<i32> = "messageId" index, Key;
        /// The program or service that was asked, as "gemini".
        ai_service: Option<String> = "service", Operational, required line(50);
        /// What the program was given.
        input_data: Option<Json> = "input", FreeText, json(ANYTHING);
        /// What the program answered.
        output_data: Option<Json> = "output", FreeText, json(ANYTHING);
        /// How long the program took, in milliseconds.
        processing_time_ms: Option<Whole<0, 604_800_000>> = "processingMs", Operational, value;
        /// How many tokens were used.
        tokens_used: Option<Whole<0, 1_000_000_000>> = "tokens", Operational, value;
        /// What the analysis cost, in millionths of the currency's unit: 1,250 of USD are 0.125 cents.
        cost_micros: Option<Whole<0, 1_000_000_000_000>> = "costMicros", Operational, value;
        /// The currency of the cost, by its three letters (ISO 4217).
        cost_currency: Option<String> = "costCurrency", Operational, code(Currency);
        /// Whether the program answered.
        success: Flag<true> = "success", Operational, value;
        /// Why the program did not answer.
        error_message: Option<String> = "errorMessage", FreeText, prose;
        /// When the analysis was entered.
        created_at: Option<DateTime> = "createdAt" order, Operational;
    }
    fields {
        /// The message that the program looked at.
        "message" = One { entity: &message::ENTITY, column: "chat_id" };
    }
    gives {
        /// What programs found in the message, the earliest first.
        message, "analyses" = List { children: &OF_MESSAGE, narrowing: None };
        /// What programs found in the messages of the conversation, the earliest first.
        session, "analyses" = List { children: &OF_SESSION, narrowing: None };
        /// What the analyses of the conversation's messages took and cost: one object for each currency, and one without a currency for
        /// analyses of which no cost is known.
        session, "cost" = Sums {
            children: &OF_SESSION,
            by: "cost_currency",
            sums: &[SumOf::Rows, SumOf::Column("tokens_used"), SumOf::Column("cost_micros"), SumOf::Column("processing_time_ms"), SumOf::No("success")],
            object: &COST,
            make: Cost,
        };
    }
    verbs {
        /// Records a program's look at a message.
        "recordAiAnalysis" = RECORD;
    }
    checks &[
        Check {
            columns: &["cost_micros", "cost_currency"],
            code: "INCOMPLETE",
            message: "an amount and its currency must be given together",
            constraint: None,
            holds: Holds::Always(|row| row.get("cost_micros").is_some() == row.get("cost_currency").is_some()),
        },
        Check {
            columns: &["error_message", "success"],
            code: "CONTRADICTION",
            message: "an analysis that succeeded has no error message",
            constraint: None,
            holds: Holds::Always(|row| row.get("error_message").is_none() || !row.flag("success", true)),
        },
    ];
}

static RECORD: Add = Add(&Form::add("RecordAiAnalysisInput", "The fields of a new analysis.", &ENTITY));

/// The analyses of a message, the earliest first.
static OF_MESSAGE: Children = Children {
    name: "AnalysesOfMessage",
    of: &ENTITY,
    path: Path::Direct("chat_id"),
    order: &[EARLIEST_FIRST],
    preset: None,
    expected: 2,
};

/// The analyses of the messages of a conversation, the earliest first.
static OF_SESSION: Children = Children {
    name: "AnalysesOfSession",
    of: &ENTITY,
    path: Path::Through { column: "chat_id", between: &message::TABLE, above: "chat_session_id" },
    order: &[EARLIEST_FIRST],
    preset: None,
    expected: 5,
};

const EARLIEST_FIRST: By = By { column: "created_at", descending: false, via: false, nullable: true };

/// What analyses took and cost together.
struct Cost(Sum);

made! {
    Cost {
        /// The currency of the amount; null for analyses without a known cost.
        "currency": Option<String> = |cost| cost.0.of.clone();
        /// How many analyses there are.
        "analyses": Option<Whole<0, MOST>> = |cost| cost.0.number(0);
        /// The sum of the tokens of the analyses; null where none is known.
        "tokens": Option<Whole<0, MOST>> = |cost| cost.0.number(1);
        /// The sum of the costs of the analyses, in millionths of the currency's unit; null where none is known.
        "amountMicros": Option<Whole<0, MOST>> = |cost| cost.0.number(2);
        /// The sum of the times of the analyses, in milliseconds; null where none is known.
        "processingMs": Option<Whole<0, MOST>> = |cost| cost.0.number(3);
        /// How many of the analyses failed.
        "failed": Option<Whole<0, MOST>> = |cost| cost.0.number(4);
    }
}

static COST: Object = Object {
    name: "AnalysisCost",
    doc: "What analyses by programs took and cost, in one currency.",
    is_node: false,
    of: None,
    scalars: Cost::SCALARS,
    fields: &[],
};
