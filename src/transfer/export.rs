//! The export of records, streamed in the order of their ids.

use std::io::{self, Write};

use serde_json::Value;
use uuid::Uuid;

use super::cells::{cells, header, line};
use super::layout::{Field, Kind};
use super::noun::{Contacts, Interactions, Notes, Noun, Organizations, Relationships, Users, WrapUpCodes};
use super::rows::Format;
use super::{Object, Progress};
use crate::error::{Error, Result};
use crate::id::{TypedId as _, UserId};
use crate::model::Record;
use crate::store::{Stored, Table as _, Tenant};

/// The number of records that are read at once.
const AT_ONCE: i64 = 1000;

/// The reason why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("cannot write the file")]
    Write(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Writes every record of a kind, and returns their number.
///
/// `progress` is called with the number of records written and their total.
pub async fn export(
    tenant: &Tenant,
    kind: Kind,
    format: Format,
    to: &mut (dyn Write + Send),
    progress: Progress<'_>,
) -> Result<u64, ExportError> {
    let mut writer = Writer {
        fields: kind.fields(),
        format,
        to,
    };
    writer.begin()?;
    match kind {
        Kind::Users => write::<Users>(tenant, &mut writer, progress).await,
        Kind::WrapUpCodes => write::<WrapUpCodes>(tenant, &mut writer, progress).await,
        Kind::Organizations => write::<Organizations>(tenant, &mut writer, progress).await,
        Kind::Contacts => write::<Contacts>(tenant, &mut writer, progress).await,
        Kind::Relationships => write::<Relationships>(tenant, &mut writer, progress).await,
        Kind::Notes => write::<Notes>(tenant, &mut writer, progress).await,
        Kind::Interactions => write::<Interactions>(tenant, &mut writer, progress).await,
    }
}

async fn write<N: Noun>(
    tenant: &Tenant,
    writer: &mut Writer<'_>,
    progress: Progress<'_>,
) -> Result<u64, ExportError> {
    let total = tenant.count_all::<N::Record>().await?;
    let (mut after, mut written) = (Uuid::nil(), 0);
    loop {
        progress(written, total.max(written));
        let records: Vec<N::Record> = tenant.records_after(after, AT_ONCE).await?;
        let Some(last) = records.last() else {
            break;
        };
        after = last.uuid();
        let mut objects = Vec::with_capacity(records.len());
        for record in &records {
            objects.push(stamped::<N>(record)?);
        }
        N::complete(tenant, &records, &mut objects).await?;
        for object in &objects {
            writer.write(object)?;
        }
        written += records.len() as u64;
    }
    writer.to.flush()?;
    Ok(written)
}

/// The fields of a record, with its id, its times and authors, and its version.
fn stamped<N: Noun>(record: &N::Record) -> Result<Object> {
    let mut object = N::export(record)?;
    let Record {
        created_at,
        created_by,
        updated_at,
        updated_by,
        version,
    } = record.record();
    let author = |id: Option<UserId>| id.map_or(Value::Null, |id| id.to_string().into());
    let id = <N::Record as Stored>::Id::from_uuid(record.uuid());
    object.insert("id".to_owned(), id.to_string().into());
    object.insert("createdAt".to_owned(), created_at.to_string().into());
    object.insert("createdBy".to_owned(), author(*created_by));
    object.insert("updatedAt".to_owned(), updated_at.to_string().into());
    object.insert("updatedBy".to_owned(), author(*updated_by));
    object.insert("version".to_owned(), (*version).into());
    Ok(object)
}

/// A file of records that is written.
struct Writer<'w> {
    fields: Vec<Field>,
    format: Format,
    to: &'w mut (dyn Write + Send),
}

impl Writer<'_> {
    fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Csv => {
                let names = header(&self.fields);
                self.row(&names)
            }
            Format::Jsonl | Format::Vcard => Ok(()),
        }
    }

    fn write(&mut self, record: &Object) -> io::Result<()> {
        match self.format {
            Format::Csv => {
                let cells = cells(&self.fields, record);
                self.row(&cells)
            }
            Format::Jsonl | Format::Vcard => writeln!(self.to, "{}", line(&self.fields, record)),
        }
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(&mut *self.to);
        writer.write_record(cells)?;
        writer.flush()
    }
}
