//! Opening the store for a command, and seeing to its tables.

use super::{Scratch, database_url, database_url_to_make, unreachable};
use crate::{
    config::Config,
    db::{
        self, Db, Dialect, Options,
        migrate::{self, State},
    },
    error::{Error, Result},
    schema::iso,
};
use std::path::Path;

/// The configured store, which must be there now, whatever tables it has.
pub(super) async fn open(config: &Config) -> Result<Db> {
    db::open(&config.database(database_url_to_make(config)?)).await.map_err(unreachable)
}

/// The configured store to take all of its records, with exactly the tables of this binary. An embedded one that is not there is
/// no empty one: most likely it is elsewhere.
pub(super) async fn open_filled(options: &Options) -> Result<Db> {
    is_there(options)?;
    let db = db::open(options).await.map_err(unreachable)?;
    migrate::require_current(&db).await.map_err(unreachable)?;
    Ok(db)
}

/// The configured store with its tables.
pub(super) async fn open_with_tables(config: &Config) -> Result<Db> {
    open_so(&config.database(database_url_to_make(config)?)).await
}

/// The same, which must be there.
pub(super) async fn open_there(config: &Config) -> Result<Db> {
    let options = config.database(database_url(config)?);
    is_there(&options)?;
    open_so(&options).await
}

fn is_there(options: &Options) -> Result<()> {
    match options.url.strip_prefix("sqlite://").filter(|file| !Path::new(file).exists()) {
        Some(file) => Err(Error::Setup(format!(
            "there is no store at {file}, so no records: name the one that the gateway serves with data_dir or database_url"
        ))),
        None => Ok(()),
    }
}

/// The configured store for a command that looks at it and changes nothing. Where no embedded one is there yet, none is made: an empty one
/// stands for it, as long as the scratch is kept.
pub(super) async fn open_to_look(config: &Config) -> Result<(Db, Option<Scratch>)> {
    let mut options = config.database(database_url(config)?);
    if options.url.strip_prefix("sqlite://").is_some_and(|file| !Path::new(file).exists()) {
        let scratch = Scratch::new()?;
        options.url = scratch.url();
        return Ok((open_so(&options).await?, Some(scratch)));
    }
    let db = db::open(&options).await.map_err(unreachable)?;
    migrate::require(&db).await.map_err(unreachable)?;
    Ok((db, None))
}

/// A store with its tables, opened in a manner of one's own. An embedded one that is not there yet, and of which nothing comes,
/// leaves no file.
async fn open_so(options: &Options) -> Result<Db> {
    let new = options.url.strip_prefix("sqlite://").map(Path::new).filter(|file| !file.exists());
    let ready = async {
        let db = db::open(options).await?;
        tables(&db).await?;
        if new.is_some() {
            places(&db).await?;
        }
        Ok(db)
    };
    ready.await.map_err(|error| {
        for part in ["", "-wal", "-shm"] {
            if let Some(file) = new {
                let _ = std::fs::remove_file(format!("{}{part}", file.display()));
            }
        }
        unreachable(error)
    })
}

/// Sees to a store's tables. The embedded store belongs to the gateway, which makes them and brings them up to date; a hospital's
/// database is changed by `medimax migrate` alone.
pub(super) async fn tables(db: &Db) -> Result<()> {
    let lacking = |state| matches!(state, State::Empty | State::Behind(_));
    if db.dialect() == Dialect::Sqlite && lacking(migrate::state(db).await?) {
        migrate::up(db, |_, _| {}).await?;
    }
    migrate::require(db).await
}

/// Loads the countries and regions that the binary knows, where the store has the tables of this binary or later ones.
pub(super) async fn places(db: &Db) -> Result<()> {
    if !matches!(migrate::state(db).await.map_err(unreachable)?, State::Current | State::Suited(_)) {
        return Ok(());
    }
    let iso::Loaded { added, renamed } = iso::load(db).await.map_err(unreachable)?;
    if (added, renamed) != (0, 0) {
        tracing::info!("countries and regions: {added} added, {renamed} renamed");
    }
    Ok(())
}

/// Has the store note how its values are spread, which its plans follow, after there came to be many more. Nothing depends on it
/// but speed.
pub(super) async fn learn(db: &Db) {
    if let Err(error) = db.learn().await {
        tracing::warn!("plans follow what was known before: {error}");
    }
}
