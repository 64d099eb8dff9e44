//! The command `import`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use encoding_rs::Encoding;

use super::export::FileName;
use super::output::print;
use super::progress::Bar;
use crate::app::{self, DEVELOPMENT_TENANT};
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::model::TenantName;
use crate::transfer::{
    Format, Imported, Input, Kind, Mapping, Match, Report, Rows, Settings, Source, import,
};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file to read, such as `contacts.csv` or `notes.jsonl.gz`.
    file: PathBuf,
    /// The kind of the records. Defaults to the beginning of the file's name.
    #[arg(long)]
    kind: Option<Kind>,
    /// The format. Defaults to the end of the file's name.
    #[arg(long)]
    format: Option<Format>,
    /// The encoding of the text, such as `windows-1252`. Defaults to that of the byte order mark, or UTF-8.
    #[arg(long, value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// The field that a column gives, such as `Family name=lastName` or `Mobile=phoneNumbers.MOBILE`; `Column=-` for none.
    /// Repeatable. Other columns give the field of their own name.
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = mapping)]
    maps: Vec<Mapping>,
    /// The ways to find the record that a row changes, in this order: by external id, e-mail address or phone number. An id
    /// in the row comes before them; a row without a record creates one.
    #[arg(
        long = "match",
        value_name = "WAY",
        value_delimiter = ',',
        default_value = "external-id"
    )]
    ways: Vec<Match>,
    /// Clear the fields of existing records whose cells are empty. Otherwise, empty cells leave them as they are.
    #[arg(long)]
    clear_empty: bool,
    /// Check every row and write the report, but no record.
    #[arg(long)]
    dry_run: bool,
    /// Begin anew if an import of the file was interrupted. Otherwise, it goes on after the last row that was committed.
    #[arg(long)]
    restart: bool,
    /// The report of refused rows. Defaults to the name of the file with `.report.csv` behind, or `.dry-run.csv`.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The tenant that the records are imported into.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
    #[command(flatten)]
    data: DataConfig,
}

impl ImportArgs {
    /// Imports the file.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let name = FileName::of(&self.file);
        let kind = name.kind(self.kind)?;
        let format = name.format(self.format)?;
        let reading = format!(
            "{kind:?} {format:?} {} {:?} {:?} {}",
            self.encoding.map_or("", Encoding::name),
            self.maps,
            self.ways,
            self.clear_empty
        );
        let settings = Settings {
            kind,
            ways: self.ways,
            clears_empty: self.clear_empty,
            is_rehearsal: self.dry_run,
            restarts: self.restart,
            reading,
        };
        let source = Source::open(&self.file, self.encoding)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let mut report = Report::at(self.report.unwrap_or_else(|| {
            let mut path = self.file.clone().into_os_string();
            path.push(if self.dry_run {
                ".dry-run.csv"
            } else {
                ".report.csv"
            });
            path.into()
        }));
        let input = Input {
            fingerprint: source.fingerprint,
            rows: Rows::of(source.text, format, settings.kind, &self.maps)?,
            read: source.read,
            size: source.size,
            report: &mut report,
        };
        let store = app::open_existing_store(&self.data, Clock::system()).await?;
        let tenant = app::existing_tenant(&store, &self.tenant).await?;
        let bar = Bar::of_bytes();
        let imported = import(&tenant, input, &settings, &|done, total| bar.tell(done, total)).await;
        bar.finish();
        store.close().await;
        print(&summary(&imported?, &settings, &report))
    }
}

/// The result of an import, for people.
fn summary(imported: &Imported, settings: &Settings, report: &Report) -> String {
    let Imported {
        resumed,
        rows,
        created,
        updated,
        unchanged,
        refused,
        ignored,
        ..
    } = imported;
    let begin = if settings.is_rehearsal {
        "would import"
    } else {
        "imported"
    };
    let counts = format!(
        "{begin} {}: {rows} rows, {created} created, {updated} updated, {unchanged} unchanged, {refused} refused",
        settings.kind.name()
    );
    let resumed = (*resumed > 0).then(|| format!("{resumed} of the rows were done before an interruption"));
    let not_imported = (*ignored > 0).then(|| format!("{ignored} columns were not imported"));
    let report = (refused + ignored > 0).then(|| format!("the report is {}", report.path().display()));
    let lines = [Some(counts), resumed, not_imported, report];
    lines.into_iter().flatten().map(|line| line + "\n").collect()
}

/// Finds an encoding by one of its names.
fn encoding(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(name.as_bytes())
        .ok_or_else(|| "is not the name of an encoding, such as utf-8, utf-16le or windows-1252".to_owned())
}

/// Reads a column with its field.
fn mapping(text: &str) -> Result<Mapping, String> {
    let parts = text
        .rsplit_once('=')
        .map(|(column, field)| (column.trim(), field.trim()));
    match parts {
        Some((column, field)) if !column.is_empty() && !field.is_empty() => {
            Ok((column.to_owned(), field.to_owned()))
        }
        _ => Err("must be a column and a field, such as `Family name=lastName`".to_owned()),
    }
}
