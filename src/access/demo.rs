//! The accounts of the demo: one a role, without a password, so that nobody logs in with them.

use super::{Access, DAY, LONGEST, NewClient, Purpose, Role, Standing, accounts, session};
use crate::{
    db::{Db, Sql, Tx, again},
    error::{Error, Result},
};

/// The demo's program of a partner, a study, and what it reads.
const STUDY: &str = "demo-study";
const OF_STUDY: [&str; 5] = ["Patient", "MedicalHistory", "Medication", "LabReport", "LabFinding"];

impl Access {
    /// Whether the accounts of this database are the demo's and no others: then nobody has taken it into use.
    pub async fn is_demo(db: &Db) -> Result<bool> {
        let mut sql = Sql::new(db.dialect());
        sql.called(accounts::NAME, None);
        sql.push("SELECT COALESCE(MIN(is_demo), 0), 0 FROM User_Account");
        Ok(db.numbers(&sql).await?.first().is_some_and(|(least, _)| *least == 1))
    }

    /// Sees that a database of demo data has its accounts (an administrator, the doctor with the most patients who are assigned now, and the
    /// first patient) and a partner's program. Only for a database without other accounts.
    pub async fn make_demo(&self) -> Result<()> {
        let listed = self.accounts().await?;
        if listed.iter().any(|listed| !listed.is_demo) {
            return Err(Error::Setup("this database has accounts that are not the demo's".into()));
        }
        let busiest = "SELECT s.doctor_id, COUNT(DISTINCT s.patient_id) AS patients FROM Doctor_Patient_Assignment s \
                       WHERE s.is_active = 1 GROUP BY s.doctor_id ORDER BY patients DESC, s.doctor_id LIMIT 1";
        let doctor = match self.first(busiest).await? {
            Some(doctor) => Some(doctor),
            None => self.first("SELECT doctor_id, 0 FROM Doctor ORDER BY doctor_id LIMIT 1").await?,
        };
        let patient = self.first("SELECT patient_id, 0 FROM Patient ORDER BY patient_id LIMIT 1").await?;
        let wanted = [Some(Standing::Admin), doctor.map(Standing::Clinician), patient.map(Standing::Patient)];
        for of in wanted.into_iter().flatten() {
            if listed.iter().any(|listed| listed.account.role == of.role()) {
                continue;
            }
            let (address, name) = match of {
                Standing::Admin => ("admin@demo.example", "Demo administrator"),
                Standing::Clinician(_) => ("clinician@demo.example", "Demo clinician"),
                Standing::Patient(_) => ("patient@demo.example", "Demo patient"),
            };
            self.insert(address, Some(name), of, None).await?;
        }
        let study = "SELECT partner_id, COUNT(*) AS patients FROM Patient_Consent WHERE purpose = 'research' AND withdrawn_at IS NULL \
                     GROUP BY partner_id ORDER BY patients DESC, partner_id LIMIT 1";
        match self.first(study).await? {
            Some(partner) if !self.clients().await?.iter().any(|of| of.is_demo || of.client.name == STUDY) => {
                let reads = OF_STUDY.map(str::to_owned);
                let (name, purpose) = (STUDY, Purpose::Research);
                let new = NewClient { name, partner, purpose, reads: &reads, per_minute: None, days: 1 };
                self.insert_client(&new, true).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// An access token of the demo's account of a role, or the API key of its partner, for a day; none where the demo has no such.
    pub async fn demo(&self, role: Role) -> Result<Option<String>> {
        if role == Role::Partner {
            return self.demo_key().await;
        }
        let found = self
            .accounts()
            .await?
            .into_iter()
            .find(|listed| listed.is_demo && !listed.is_locked && listed.account.role == role);
        let Some(listed) = found else { return Ok(None) };
        let (now, account) = (self.now(), listed.account.id);
        let session = again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let session = session::open(&mut tx, account, now, now + DAY).await?;
            tx.commit().await?;
            Ok(session)
        });
        let session = session.await?;
        self.sign_until(account, session, now, now + LONGEST).await.map(Some)
    }

    async fn first(&self, select: &'static str) -> Result<Option<i32>> {
        let mut sql = Sql::new(self.db.dialect());
        sql.called(accounts::NAME, None).push(select);
        Ok(self.db.numbers(&sql).await?.first().map(|(key, _)| *key))
    }
}
