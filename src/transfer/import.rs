//! The import of rows, a chunk in each transaction.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Progress;
use super::chunk::{Outcome, Rules, plan};
use super::layout::Kind;
use super::noun::{
    Contacts, Interactions, Match, Notes, Noun, Organizations, Relationships, Users, WrapUpCodes,
};
use super::report::Report;
use super::row::Row;
use super::rows::Rows;
use crate::error::{Error, Result, UserErrorCode};
use crate::store::{LONGEST_LOAD, Names, Tenant, change};

/// The most rows of a chunk.
const ROWS: usize = 1000;
/// The number of bytes of rows that end a chunk.
const BYTES: usize = 8 << 20;
/// The most attempts of a chunk that others take the room of.
const ATTEMPTS: u32 = 5;

/// The settings of an import.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The kind of the records.
    pub kind: Kind,
    /// The ways to find the record of a row, in their order.
    pub ways: Vec<Match>,
    /// Whether an empty cell clears a field of a record that exists.
    pub clears_empty: bool,
    /// Whether rows are only checked.
    pub is_rehearsal: bool,
}

/// The result of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The number of rows.
    pub rows: u64,
    /// The number of created records.
    pub created: u64,
    /// The number of rows that changed a record.
    pub updated: u64,
    /// The number of rows that changed nothing.
    pub unchanged: u64,
    /// The number of refused rows.
    pub refused: u64,
    /// The number of columns and fields that were not imported.
    pub ignored: u64,
    /// The length of the report.
    pub reported: u64,
}

/// The reason why an import stopped. What earlier chunks wrote stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read the file")]
    Read(#[from] io::Error),
    /// The database failed, or the report cannot be written.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A file to import.
pub struct Input<'i> {
    /// Its rows.
    pub rows: Rows,
    /// The number of bytes that were read so far.
    pub read: Arc<AtomicU64>,
    /// The number of bytes of the file.
    pub size: u64,
    /// The report to write.
    pub report: &'i mut Report,
}

/// Imports rows.
///
/// `progress` is called with the number of bytes read and their total.
pub async fn import(
    tenant: &Tenant,
    input: Input<'_>,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    match settings.kind {
        Kind::Users => run::<Users>(tenant, input, settings, progress).await,
        Kind::WrapUpCodes => run::<WrapUpCodes>(tenant, input, settings, progress).await,
        Kind::Organizations => run::<Organizations>(tenant, input, settings, progress).await,
        Kind::Contacts => run::<Contacts>(tenant, input, settings, progress).await,
        Kind::Relationships => run::<Relationships>(tenant, input, settings, progress).await,
        Kind::Notes => run::<Notes>(tenant, input, settings, progress).await,
        Kind::Interactions => run::<Interactions>(tenant, input, settings, progress).await,
    }
}

async fn run<N: Noun>(
    tenant: &Tenant,
    mut input: Input<'_>,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    let mut done = Imported::default();
    let mut names = Arc::new(Names::new());
    input.report.remove()?;
    loop {
        progress(input.read.load(Ordering::Relaxed), input.size);
        let rows = chunk(&mut input.rows)?;
        let ignored = input.rows.take_remarks();
        if rows.is_empty() && ignored.is_empty() {
            return Ok(done);
        }
        done.ignored += ignored.len() as u64;
        let rules = Rules {
            ways: &settings.ways,
            clears_empty: settings.clears_empty,
            rehearsed: if settings.is_rehearsal {
                i64::try_from(done.created).unwrap_or(i64::MAX)
            } else {
                0
            },
        };
        let mut attempts = 0;
        let (outcome, learnt) = loop {
            let (report, reported) = (&mut *input.report, done.reported);
            let written = change!(tenant, None, within LONGEST_LOAD, |tx| {
                tx.lift_time_limits().await?;
                tx.assume_known_names(&names);
                let (applied, mut outcome) = plan::<N>(tx, &rows, rules).await?;
                if !settings.is_rehearsal {
                    N::write(tx, applied).await?;
                }
                let remarks = [ignored.as_slice(), &outcome.remarks].concat();
                outcome.reported = report.write(reported, &remarks).map_err(Error::internal)?;
                Ok((outcome, tx.learnt_names()))
            });
            attempts += 1;
            match written {
                Err(Error::Refused(refusals))
                    if attempts < ATTEMPTS
                        && refusals
                            .iter()
                            .any(|it| it.code == UserErrorCode::EntityLimitReached) => {}
                written => break written?,
            }
        };
        Arc::make_mut(&mut names).extend(learnt);
        done.add(rows.len(), &outcome);
    }
}

impl Imported {
    fn add(&mut self, rows: usize, outcome: &Outcome) {
        self.rows += rows as u64;
        self.created += outcome.created;
        self.updated += outcome.updated;
        self.unchanged += outcome.unchanged;
        self.refused += outcome.refused;
        self.reported = outcome.reported;
    }
}

/// Reads the rows of the next chunk.
fn chunk(rows: &mut Rows) -> io::Result<Vec<Row>> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < ROWS && bytes < BYTES {
        let Some(row) = rows.next()? else { break };
        bytes += row.size;
        chunk.push(row);
    }
    Ok(chunk)
}
