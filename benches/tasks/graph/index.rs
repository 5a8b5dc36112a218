//! The graph in this process: the time to build it against the time to read its rows, and its memory against what its nodes
//! and relationships may take.

use super::{head, line, milliseconds, open};
use crate::{
    Arguments, Result,
    measure::process::{self, memory},
    say,
};
use medimax::{
    db::Db,
    graph::{Counts, projector, rows},
    schema::SHAPES,
    terminology::knowledge::Knowledge,
};
use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, id},
    sync::Arc,
    time::Instant,
};

/// The argument that makes this program build a graph and say what it takes.
pub(crate) const BUILD: &str = "--build-graph";

/// Bytes that a node and a relationship may take.
const NODE: f64 = 64.0;
const RELATIONSHIP: f64 = 32.0;
const MIB: f64 = 1024.0 * 1024.0;

/// Patients of one read.
const READ: u32 = 500;

pub(super) async fn run(arguments: &Arguments) -> Result<()> {
    let sizes = if arguments.large { [20_000, 100_000] } else { [4_000, 20_000] };
    let files = [File::seeded(sizes[0])?, File::seeded(sizes[1])?];
    let [small, large] = [files[0].built()?, files[1].built()?];
    let db = open(&files[1].url()).await?;
    let (mut built, mut read) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=arguments.rounds.min(3) {
        let began = Instant::now();
        drop(projector::build(&SHAPES, &db, Arc::new(Knowledge::load(&db).await?)).await?);
        let build = milliseconds(began);
        let began = Instant::now();
        read_all(&db).await?;
        if round > 0 {
            built.push(build / 1e3);
            read.push(milliseconds(began) / 1e3);
        }
    }
    head(&format!("The graph of {} patients in this process, s", sizes[1]), "build", "read");
    line("built anew : its rows read (SQLite)", &built, &read, "≤ 1.5");
    let (nodes, relationships) = (large.nodes - small.nodes, large.relationships - small.relationships);
    let (took, allowed) = (large.mib - small.mib, (NODE * nodes + RELATIONSHIP * relationships) / MIB);
    head(&format!("From {} to {} patients, MiB, texts included", sizes[0], sizes[1]), "more", "allowed");
    line(&format!("memory : {nodes} nodes, {relationships} relationships"), &[took], &[allowed], "≤ 1");
    Ok(())
}

/// A graph in a process of its own.
struct Built {
    mib: f64,
    nodes: f64,
    relationships: f64,
}

/// Made-up patients in an embedded store; its folder ends with this value.
struct File(PathBuf);

impl File {
    fn seeded(patients: u32) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("medimax-bench-{}-{patients}", id()));
        fs::create_dir(&folder)?;
        let file = File(folder);
        process::run(&mut crate::medimax("migrate", &file.url()))?;
        process::run(crate::medimax("seed", &file.url()).arg(format!("--patients={patients}")))?;
        Ok(file)
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.0.join("medimax.db").display())
    }

    fn built(&self) -> Result<Built> {
        let output = Command::new(std::env::current_exe()?).args([BUILD, &self.url()]).output()?;
        let text = String::from_utf8(output.stdout)?;
        let figures = text.split_whitespace().map(str::parse).collect::<std::result::Result<Vec<f64>, _>>()?;
        let [mib, nodes, relationships] = figures[..] else {
            return Err(format!("no graph was built: {}", String::from_utf8_lossy(&output.stderr)).into());
        };
        Ok(Built { mib, nodes, relationships })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Builds a graph as a gateway does that starts, and prints this process's memory and how much the graph holds.
pub(crate) async fn build(url: &str) -> Result<()> {
    let graph = projector::built(&SHAPES, &open(url).await?).await?;
    let Counts { nodes, relationships, .. } = graph.counts().await?;
    say!("{} {nodes} {relationships}", memory(id(), "VmRSS")?);
    Ok(())
}

async fn read_all(db: &Db) -> Result<()> {
    let mut after = i32::MIN;
    loop {
        let patients = rows::patients_after(db, after, READ).await?;
        let Some(last) = patients.last() else { return Ok(()) };
        after = *last;
        rows::read(db, &SHAPES, &patients).await?;
    }
}
