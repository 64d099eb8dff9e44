//! The import of rows, a chunk in each transaction.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::Progress;
use super::chunk::{Outcome, Rules, plan};
use super::layout::Kind;
use super::noun::{
    Contacts, Interactions, Match, Notes, Noun, Organizations, Relationships, Users, WrapUpCodes,
};
use super::report::{Remark, Report};
use super::row::Row;
use super::rows::Rows;
use crate::error::{Error, Result, UserErrorCode};
use crate::prefetch::Prefetch;
use crate::store::{ImportProgress, LONGEST_LOAD, Names, Tenant, Tx, change};

/// The most rows of a chunk.
const ROWS: usize = 4000;
/// The number of rows after which statistics are collected.
const ROWS_WITHOUT_STATISTICS: u64 = 1000;
/// The growth of the number of rows until statistics are collected again.
const GROWTH: u64 = 4;
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
    /// Whether an import that was interrupted begins anew.
    pub restarts: bool,
    /// A text of all that decides the meaning of the file's rows: an interrupted import goes on only with the same.
    pub reading: String,
}

/// The result of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The number of rows that an interrupted import had done.
    #[serde(skip)]
    pub resumed: u64,
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
    /// An import of the file was interrupted that had other settings.
    #[error(
        "an import of this file with other options stopped after {0} rows; give the same options, or --restart to begin anew"
    )]
    OtherSettings(i64),
    /// The database failed, or the report cannot be written.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A file to import.
pub struct Input<'i> {
    /// The hash by which an interrupted import is found.
    pub fingerprint: Vec<u8>,
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
    let mut done = begin(tenant, &mut input, settings).await?;
    let mut names = Arc::new(Names::new());
    let mut next_statistics = ROWS_WITHOUT_STATISTICS;
    progress(input.read.load(Ordering::Relaxed), input.size);
    let (mut rows, read) = (input.rows, input.read);
    // The next rows are read while the database works on those before.
    let mut chunks = Prefetch::of(move || Chunk::next(&mut rows, &read).transpose());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let step = Step {
            settings,
            fingerprint: &input.fingerprint,
            rows: &chunk.rows,
            ignored: &chunk.ignored,
            before: done,
        };
        let learnt = step.run::<N>(tenant, input.report, &mut done, &names).await?;
        Arc::make_mut(&mut names).extend(learnt);
        if done.rows - done.resumed >= next_statistics && !settings.is_rehearsal {
            next_statistics *= GROWTH;
            let collected = tenant.collect_statistics::<N::Record>().await;
            if let Err(error) = collected {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "no statistics were collected");
            }
        }
        progress(chunk.read, input.size);
    }
    if !settings.is_rehearsal {
        tenant.forget_import(&input.fingerprint).await?;
    }
    Ok(done)
}

/// Finds where an interrupted import stopped, and passes over the rows before.
async fn begin(tenant: &Tenant, input: &mut Input<'_>, settings: &Settings) -> Result<Imported, ImportError> {
    let kept = tenant.import_progress(&input.fingerprint).await?;
    let Some(kept) = kept.filter(|_| !settings.is_rehearsal) else {
        input.report.remove()?;
        return Ok(Imported::default());
    };
    if settings.restarts {
        tenant.forget_import(&input.fingerprint).await?;
        input.report.remove()?;
        return Ok(Imported::default());
    }
    if kept.settings != settings.reading {
        return Err(ImportError::OtherSettings(kept.rows));
    }
    let mut done: Imported = serde_json::from_value(kept.result).map_err(Error::internal)?;
    done.resumed = done.rows;
    for _ in 0..done.rows {
        input.rows.next()?;
    }
    // They are in the report already.
    input.rows.take_remarks();
    Ok(done)
}

/// A chunk of rows to import.
#[derive(Clone, Copy)]
struct Step<'s> {
    settings: &'s Settings,
    fingerprint: &'s [u8],
    rows: &'s [Row],
    ignored: &'s [Remark],
    before: Imported,
}

impl Step<'_> {
    /// Imports the rows, and writes the report and the progress before they are committed; returns the words of names that
    /// it added to the vocabulary.
    async fn run<N: Noun>(
        self,
        tenant: &Tenant,
        report: &mut Report,
        done: &mut Imported,
        names: &Arc<Names>,
    ) -> Result<Names, ImportError> {
        let mut attempts = 0;
        loop {
            let report = &mut *report;
            let written = change!(tenant, None, within LONGEST_LOAD, |tx| {
                tx.lift_time_limits().await?;
                tx.assume_known_names(names);
                let (applied, outcome) = plan::<N>(tx, self.rows, self.rules()).await?;
                let remarks = [self.ignored, &outcome.remarks].concat();
                let mut after = self.before.with(self.rows.len(), self.ignored.len(), &outcome);
                if !self.settings.is_rehearsal {
                    N::write(tx, applied).await?;
                }
                after.reported = report.write(self.before.reported, &remarks).map_err(Error::internal)?;
                if !self.settings.is_rehearsal && !self.keep(tx, &after).await? {
                    return Err(Error::argument("file", "is imported by another process at the same time"));
                }
                Ok((after, tx.learnt_names()))
            });
            attempts += 1;
            match written {
                Ok((after, learnt)) => {
                    *done = after;
                    return Ok(learnt);
                }
                // Others took the room since it was counted.
                Err(Error::Refused(refusals))
                    if attempts < ATTEMPTS
                        && refusals
                            .iter()
                            .any(|it| it.code == UserErrorCode::EntityLimitReached) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            ways: &self.settings.ways,
            clears_empty: self.settings.clears_empty,
            rehearsed: if self.settings.is_rehearsal {
                i64::try_from(self.before.created).unwrap_or(i64::MAX)
            } else {
                0
            },
        }
    }

    async fn keep(&self, tx: &mut Tx, after: &Imported) -> Result<bool> {
        let progress = ImportProgress {
            settings: self.settings.reading.clone(),
            rows: i64::try_from(after.rows).unwrap_or(i64::MAX),
            result: serde_json::to_value(after).map_err(Error::internal)?,
        };
        let before = i64::try_from(self.before.rows).unwrap_or(i64::MAX);
        tx.keep_import_progress(self.fingerprint, before, &progress).await
    }
}

impl Imported {
    /// The result with that of a chunk.
    fn with(mut self, rows: usize, ignored: usize, outcome: &Outcome) -> Self {
        self.rows += rows as u64;
        self.created += outcome.created;
        self.updated += outcome.updated;
        self.unchanged += outcome.unchanged;
        self.refused += outcome.refused;
        self.ignored += ignored as u64;
        self
    }
}

/// Rows of one transaction.
struct Chunk {
    rows: Vec<Row>,
    /// The columns and fields that are not imported.
    ignored: Vec<Remark>,
    /// The number of bytes of the file that were read.
    read: u64,
}

impl Chunk {
    /// Reads the next rows, if there are any.
    fn next(from: &mut Rows, read: &AtomicU64) -> io::Result<Option<Self>> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while rows.len() < ROWS && bytes < BYTES {
            let Some(row) = from.next()? else { break };
            bytes += row.size;
            rows.push(row);
        }
        let ignored = from.take_remarks();
        let read = read.load(Ordering::Relaxed);
        let is_some = !rows.is_empty() || !ignored.is_empty();
        Ok(is_some.then_some(Self { rows, ignored, read }))
    }
}
