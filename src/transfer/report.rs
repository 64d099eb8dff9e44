//! The report of an import: the rows that were refused, each with its line, field and reason.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::error::UserError;

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    line: u64,
    outcome: &'static str,
    field: String,
    reason: String,
}

impl Remark {
    /// A refused row, by the line that it begins at.
    pub fn refused(line: u64, refusal: UserError) -> Self {
        let path = refusal.field.unwrap_or_default().into_iter();
        // Positions in lists count from 1 in the headers of files.
        let path = path.map(|part| part.parse::<u64>().map_or(part, |place| (place + 1).to_string()));
        Self {
            line,
            outcome: "refused",
            field: path.collect::<Vec<_>>().join("."),
            reason: refusal.message,
        }
    }

    /// A value of a row that was left out, while the rest of the row was imported.
    pub fn left_out(line: u64, refusal: UserError) -> Self {
        Self {
            outcome: "ignored",
            ..Self::refused(line, refusal)
        }
    }

    /// A column or a field of the file that was not imported.
    pub fn ignored(line: u64, name: &str) -> Self {
        Self {
            line,
            outcome: "ignored",
            field: name.to_owned(),
            reason: "there is no field of this name; use --map to give it one".to_owned(),
        }
    }
}

/// The file with the report. It is there from the first remark on.
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    file: Option<File>,
}

impl Report {
    /// Creates a report at this path.
    pub const fn at(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes remarks behind the first bytes of the report, in the place of what is there, and returns the new length. They
    /// are on the disk then.
    pub fn write(&mut self, after: u64, remarks: &[Remark]) -> io::Result<u64> {
        if after == 0 && remarks.is_empty() {
            return Ok(0);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(
                OpenOptions::new()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(&self.path)?,
            ),
        };
        let after = after.min(file.metadata()?.len());
        file.set_len(after)?;
        file.seek(SeekFrom::Start(after))?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        if after == 0 {
            writer.write_record(["line", "outcome", "field", "reason"])?;
        }
        for remark in remarks {
            writer.write_record([
                remark.line.to_string().as_str(),
                remark.outcome,
                &remark.field,
                &remark.reason,
            ])?;
        }
        let text = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        file.write_all(&text)?;
        file.sync_data()?;
        Ok(after + text.len() as u64)
    }

    /// Removes the report of an earlier import.
    pub fn remove(&mut self) -> io::Result<()> {
        self.file = None;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
