//! The profile of 50 patients with every relation of the schema, against the same with the first ten: what a value costs the gateway
//! must not grow with the number of relations, nor the number of statements with that of patients.

use super::contest::PROFILE;
use crate::{
    Arguments, Result,
    measure::{
        answer::Contents,
        database::Database,
        load::{Client, Target, graphql, measure},
        median,
    },
    say,
};
use std::io::Write;

/// The question with every relation.
const WIDE: &str = include_str!("wide.graphql");

struct Question {
    name: &'static str,
    request: Vec<u8>,
    length: usize,
    fields: usize,
    /// Statements for 50 patients, and for five.
    statements: [f64; 2],
    /// Microseconds of processor time a value, one a round.
    cpu: Vec<f64>,
}

/// Requests before anything is measured.
const WARM_UP: u32 = 50;

pub(crate) async fn run(arguments: &Arguments, database: &mut Database, url: &str) -> Result<()> {
    let server = crate::gateway(url)?;
    let mut questions = Vec::new();
    for (name, query) in [("ten relations", PROFILE), ("every relation", WIDE)] {
        let request = graphql(query)?;
        let mut client = Client::connect(server.address)?;
        let answer = client.ask(&request)?;
        let (length, contents) = (answer.len(), Contents::of(answer)?);
        let fields = contents.total().1;
        let mut statements = [0.0; 2];
        for (few, count) in statements.iter_mut().enumerate() {
            let text = if few == 1 { query.replacen("first: 50", "first: 5", 1) } else { query.to_owned() };
            let request = graphql(&text)?;
            client.ask(&request)?;
            let before = database.counters().await?;
            client.ask(&request)?;
            let after = database.counters().await?;
            *count = after.since(&before, "Com_stmt_execute") as f64;
        }
        for _ in 0..WARM_UP {
            client.ask(&request)?;
        }
        questions.push(Question { name, request, length, fields, statements, cpu: Vec::new() });
    }
    for _ in 0..arguments.rounds {
        for question in &mut questions {
            let target = Target {
                address: server.address,
                request: &question.request,
                length: question.length,
                server_pid: server.pid(),
                database_pid: database.pid,
            };
            let figures = measure(target, 1, arguments.time)?;
            question.cpu.push(figures.server_cpu * 1000.0 / question.fields as f64);
        }
    }
    say!("\n{:16}{:>10}{:>12}{:>14}{:>12}{:>12}", "the profile", "values", "bytes", "µs a value", "statements", "of 5");
    for question in &questions {
        let [many, few] = question.statements;
        let cpu = median(&mut question.cpu.clone());
        say!("{:16}{:>10}{:>12}{:>14.3}{many:>12}{few:>12}", question.name, question.fields, question.length, cpu);
    }
    if let [ten, all] = questions.as_slice() {
        let mut ratios: Vec<f64> = all.cpu.iter().zip(&ten.cpu).map(|(all, ten)| all / ten).collect();
        say!("processor time a value, every relation : ten: {:.2} (target ≤ 1.05)", median(&mut ratios));
    }
    Ok(())
}
