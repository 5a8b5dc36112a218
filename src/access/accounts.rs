//! Accounts, as whoever manages them sees and changes them.
//!
//! An e-mail address is one account's, however it is written: it is compared in small letters and in one spelling (`email_folded`), accents
//! told apart. An account goes with the patient or the doctor whom it stands for, by its foreign key, so none is left that sees what it saw.

use super::{
    Access, Account, Role, failures, password,
    session::{Ended, end},
};
use crate::{
    db::{Cell, Db, Dialect, Enumerated, Sql, Tx, again, change, email},
    error::{Error, Result},
};
use unicode_normalization::UnicodeNormalization;

/// What statements about accounts are called.
pub(super) const NAME: &str = "User_Account";
/// Which accounts manage the gateway: administrators who can log in.
pub(super) const MANAGES: &str = "role = 'admin' AND locked_ms IS NULL AND password_hash IS NOT NULL";

/// What an account stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// An administrator.
    Admin,
    /// A doctor, by the doctor's key.
    Clinician(i32),
    /// A patient, by the patient's key.
    Patient(i32),
}

/// An account as whoever manages accounts sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The account.
    pub account: Account,
    /// Whether it may not log in.
    pub is_locked: bool,
    /// Whether it is one of the demo's, which have no password.
    pub is_demo: bool,
    /// When it was made, in milliseconds since the epoch.
    pub created_ms: i64,
    /// When somebody last logged in with it.
    pub last_login_ms: Option<i64>,
}

/// An account with its password's digest.
pub(super) struct Found {
    pub(super) account: Account,
    pub(super) digest: Option<String>,
    pub(super) is_locked: bool,
}

impl Standing {
    /// Its role.
    pub fn role(self) -> Role {
        match self {
            Standing::Admin => Role::Admin,
            Standing::Clinician(_) => Role::Clinician,
            Standing::Patient(_) => Role::Patient,
        }
    }

    /// The patient and the doctor.
    fn keys(self) -> (Cell, Cell) {
        match self {
            Standing::Admin => (Cell::Text(None), Cell::Text(None)),
            Standing::Clinician(doctor) => (Cell::Text(None), i64::from(doctor).into()),
            Standing::Patient(patient) => (i64::from(patient).into(), Cell::Text(None)),
        }
    }

    /// Sees that whom it stands for is there.
    async fn check(self, tx: &mut Tx) -> Result<()> {
        let (what, select, key) = match self {
            Standing::Admin => return Ok(()),
            Standing::Clinician(key) => ("doctor", "SELECT doctor_id, 0 FROM Doctor WHERE doctor_id = ", key),
            Standing::Patient(key) => ("patient", "SELECT patient_id, 0 FROM Patient WHERE patient_id = ", key),
        };
        let mut sql = Sql::new(tx.dialect());
        sql.called(NAME, Some(1)).push(select).int(key.into());
        match tx.numbers(sql).await?.is_empty() {
            true => Err(Error::BadInput(format!("there is no {what} with the key {key}"))),
            false => Ok(()),
        }
    }
}

impl Access {
    /// Adds an account that logs in with this password.
    pub async fn add(&self, address: &str, name: Option<&str>, of: Standing, password: &str) -> Result<Account> {
        let address = email(address).map_err(|must| Error::BadInput(format!("this must be {must}")))?;
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        if name.is_some_and(|name| name.chars().count() > 255) {
            return Err(Error::BadInput("the name must have at most 255 characters".into()));
        }
        let digest = self.desk.place()?.digest(password::checked(password)?).await?;
        self.insert(&address, name, of, Some(&digest)).await
    }

    /// Adds an account; without a digest it is one of the demo's.
    pub(super) async fn insert(
        &self,
        address: &str,
        name: Option<&str>,
        of: Standing,
        digest: Option<&str>,
    ) -> Result<Account> {
        let (now, (patient, doctor)) = (self.now(), of.keys());
        let taken = || Error::BadInput("this e-mail address has an account already".into());
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            of.check(&mut tx).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, None).push(
                "INSERT INTO User_Account (email, email_folded, name, role, patient_id, doctor_id, password_hash, is_demo, created_ms, \
                 updated_ms) VALUES (",
            );
            sql.text(address).push(", ").text(folded(address)).push(", ").maybe_text(name.map(str::to_owned));
            sql.push(", ").text(stored(of.role())).push(", ").cell(patient.clone()).push(", ").cell(doctor.clone());
            sql.push(", ").maybe_text(digest.map(str::to_owned)).push(", ").int(digest.is_none().into());
            sql.push(", ").int(now).push(", ").int(now).push(") RETURNING 0, account_id");
            let added = match tx.numbers(sql).await {
                Ok(added) => added,
                Err(error) => {
                    let is_taken = tx.refusal(&error).is_some_and(|refusal| refusal.code() == "DUPLICATE");
                    return Err(if is_taken { taken() } else { error });
                }
            };
            tx.commit().await?;
            let id = added.first().and_then(|(_, key)| i32::try_from(*key).ok());
            let id = id.ok_or_else(|| Error::Internal("the keys of User_Account are used up".into()))?;
            let (patient, doctor) = match of {
                Standing::Admin => (None, None),
                Standing::Clinician(doctor) => (None, Some(doctor)),
                Standing::Patient(patient) => (Some(patient), None),
            };
            let (email, name) = (address.into(), name.map(str::to_owned));
            Ok(Account { id, email, name, role: of.role(), patient, doctor, breaks: false })
        })
        .await
    }

    /// Every account, by its e-mail address.
    pub async fn accounts(&self) -> Result<Vec<Listed>> {
        let mut sql = Sql::new(self.db.dialect());
        sql.called(NAME, None).push("SELECT a.account_id, ");
        push_list(&mut sql, ", a.locked_ms, a.is_demo, a.created_ms, a.last_login_ms");
        sql.push(" FROM User_Account a ORDER BY a.email_folded");
        let rows = self.db.texts(&sql).await?;
        rows.into_iter().filter_map(|(_, row)| row).map(|row| listed(&row)).collect()
    }

    /// Locks an account: its sessions end, and nobody logs in with it.
    pub async fn lock(&self, address: &str) -> Result<()> {
        let now = self.now();
        self.change(
            address,
            true,
            |sql| {
                sql.push("locked_ms = COALESCE(locked_ms, ").int(now).push(")");
            },
            Some(Ended::Lock),
        )
        .await
    }

    /// Lets a locked account log in again.
    pub async fn unlock(&self, address: &str) -> Result<()> {
        self.change(
            address,
            false,
            |sql| {
                sql.push("locked_ms = NULL");
            },
            None,
        )
        .await?;
        failures::forgive(&self.db, &self.keys, self.now(), &folded(address)).await
    }

    /// Gives an account another role. Its sessions end.
    pub async fn set_role(&self, address: &str, of: Standing) -> Result<()> {
        let (patient, doctor) = of.keys();
        let mut tx = Tx::begin(&self.db).await?;
        of.check(&mut tx).await?;
        tx.rollback().await;
        self.change(
            address,
            of != Standing::Admin,
            |sql| {
                sql.push("role = ").text(stored(of.role())).push(", patient_id = ").cell(patient.clone());
                sql.push(", doctor_id = ").cell(doctor.clone());
            },
            Some(Ended::Role),
        )
        .await
    }

    /// Gives an account another password. Its sessions end, and what failed before is forgotten. An account of the demo becomes one like
    /// others.
    pub async fn set_password(&self, address: &str, password: &str) -> Result<()> {
        let digest = self.desk.place()?.digest(password::checked(password)?).await?;
        self.change(
            address,
            false,
            |sql| {
                sql.push("is_demo = 0, password_hash = ").text(&digest);
            },
            Some(Ended::Password),
        )
        .await?;
        failures::forgive(&self.db, &self.keys, self.now(), &folded(address)).await
    }

    /// Removes an account, and its sessions with it.
    pub async fn remove(&self, address: &str) -> Result<()> {
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let account = held(&mut tx, address, true).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, Some(1)).push("DELETE FROM User_Account WHERE account_id = ").int(account.into());
            tx.execute(sql).await?;
            tx.commit().await
        })
        .await
    }

    /// Changes an account, and ends its sessions where that is a reason to. `weakens` says that an administrator is none afterwards.
    async fn change(&self, address: &str, weakens: bool, set: impl Fn(&mut Sql), ends: Option<Ended>) -> Result<()> {
        let now = self.now();
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let account = held(&mut tx, address, weakens).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, Some(1)).push("UPDATE User_Account SET updated_ms = ").int(now).push(", ");
            set(&mut sql);
            sql.push(" WHERE account_id = ").int(account.into());
            tx.execute(sql).await?;
            if let Some(why) = ends {
                end(&mut tx, "account_id", account, None, why, now).await?;
            }
            tx.commit().await
        })
        .await
    }
}

/// The key of an account, which nobody else changes until the transaction ends. Where the change `weakens` it, it is not the last
/// administrator who can log in.
async fn held(tx: &mut Tx, address: &str, weakens: bool) -> Result<i32> {
    let lock = match tx.dialect() {
        Dialect::MariaDb => " FOR UPDATE",
        Dialect::Sqlite => "",
    };
    let mut sql = Sql::new(tx.dialect());
    // All administrators are held, so that of two who are locked at once the second finds the first one gone.
    sql.called(NAME, None).push("SELECT account_id, 0 FROM User_Account WHERE ").push(MANAGES).push(lock);
    let managing = if weakens { tx.numbers(sql).await? } else { Vec::new() };
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, Some(1))
        .push("SELECT account_id, 0 FROM User_Account WHERE email_folded = ")
        .text(folded(address));
    sql.push(lock);
    let Some((account, _)) = tx.numbers(sql).await?.first().copied() else {
        return Err(Error::BadInput("no account has this e-mail address: `medimax user list` has all".into()));
    };
    match managing.as_slice() {
        [(last, _)] if *last == account => Err(Error::BadInput(
            "this is the last administrator who can log in: add another one first (medimax user add EMAIL --role ADMIN)".into(),
        )),
        _ => Ok(account),
    }
}

/// An e-mail address as it is compared.
pub(super) fn folded(address: &str) -> String {
    address.trim().nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// The account of an address, as it is compared.
pub(super) async fn find(db: &Db, folded: &str) -> Result<Option<Found>> {
    let mut sql = Sql::new(db.dialect());
    sql.called(NAME, Some(1)).push("SELECT a.account_id, ");
    push_list(&mut sql, ", a.password_hash, a.locked_ms");
    sql.push(" FROM User_Account a WHERE a.email_folded = ").text(folded);
    let Some(row) = db.texts(&sql).await?.into_iter().next().and_then(|(_, row)| row) else { return Ok(None) };
    let (account, rest) = of_list(&row)?;
    match <[_; 2]>::try_from(rest) {
        Ok([digest, locked]) => Ok(Some(Found { account, digest, is_locked: locked.is_some() })),
        Err(_short) => Err(unreadable()),
    }
}

/// Adds an account `a` to what is selected, as a list, with more columns behind it.
pub(super) fn push_list(sql: &mut Sql, more: &'static str) {
    let list = match sql.dialect() {
        Dialect::MariaDb => "JSON_ARRAY(",
        Dialect::Sqlite => "json_array(",
    };
    sql.push(list).push("a.account_id, a.email, a.name, a.role, a.patient_id, a.doctor_id").push(more).push(")");
}

/// An account that was selected so, and the columns behind it.
pub(super) fn of_list(list: &str) -> Result<(Account, Vec<Option<String>>)> {
    let mut cells = change::of_list(list)?.into_iter();
    let mut next = || cells.next().flatten();
    let key = |cell: Option<String>| cell.map(|cell| cell.parse::<i32>().map_err(|_none| unreadable())).transpose();
    let (id, email, name, role) = (next(), next(), next(), next());
    let (patient, doctor) = (key(next())?, key(next())?);
    let role = role.and_then(|role| Role::OF.canonical(&role)).and_then(Role::of_stored).ok_or_else(unreadable)?;
    let (id, email) = (key(id)?.ok_or_else(unreadable)?, email.ok_or_else(unreadable)?);
    Ok((Account { id, email, name, role, patient, doctor, breaks: false }, cells.collect()))
}

fn listed(row: &str) -> Result<Listed> {
    let (account, rest) = of_list(row)?;
    let [locked, demo, Some(created), login] = rest.as_slice() else { return Err(unreadable()) };
    let number = |text: &String| text.parse().map_err(|_none| unreadable());
    Ok(Listed {
        account,
        is_locked: locked.is_some(),
        is_demo: demo.as_deref() == Some("1"),
        created_ms: number(created)?,
        last_login_ms: login.as_ref().map(number).transpose()?,
    })
}

pub(super) fn unreadable() -> Error {
    Error::Internal("a stored account cannot be read".into())
}

/// A role as it is stored.
fn stored(role: Role) -> &'static str {
    Role::OF.canonical(role.name()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_however_it_is_written() {
        assert_eq!(folded("  Ann@Example.ORG "), folded("ann@example.org"));
        assert_eq!(folded("JU\u{308}RGEN@example.org"), folded("jürgen@example.org"));
        assert_ne!(folded("jürgen@example.org"), folded("jurgen@example.org"));
    }

    #[test]
    fn every_role_is_stored_and_read() {
        for role in Role::OF_ACCOUNTS {
            let row = format!(r#"[1,"a@example.org",null,"{}",2,null,"more",null]"#, stored(role));
            let (account, more) = of_list(&row).unwrap();
            assert_eq!((account.role, account.patient, account.name), (role, Some(2), None));
            assert_eq!(more, [Some("more".into()), None]);
        }
        assert!(of_list(r#"[1,"a@example.org",null,"king",null,null]"#).is_err());
    }
}
