//! The command `export`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::progress::Bar;
use crate::app::{self, DEVELOPMENT_TENANT};
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::model::TenantName;
use crate::transfer::{Format, Kind, export};

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The file to write, such as `contacts.csv` or `notes.jsonl.gz`, compressed if its name ends in `.gz`; `-` for standard
    /// output.
    file: PathBuf,
    /// The kind of the records. Defaults to the beginning of the file's name.
    #[arg(long)]
    kind: Option<Kind>,
    /// The format. Defaults to the end of the file's name.
    #[arg(long)]
    format: Option<Format>,
    /// The tenant whose records are exported.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    data: DataConfig,
}

impl ExportArgs {
    /// Writes the file.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let name = FileName::of(&self.file);
        let kind = name.kind(self.kind)?;
        let format = name.format(self.format)?;
        if format == Format::Vcard {
            bail!("vCards are imported only; export csv or jsonl");
        }
        let store = app::open_existing_store(&self.data, Clock::system()).await?;
        let tenant = app::existing_tenant(&store, &self.tenant).await?;
        let bar = Bar::of(kind.name());
        let progress = |done, total| bar.tell(done, total);
        let written = if name.is_standard_output {
            export(&tenant, kind, format, &mut std::io::stdout(), &progress).await?
        } else {
            let file = create(&self.file, self.force)?;
            if name.is_compressed {
                let mut encoder = GzEncoder::new(BufWriter::new(file), Compression::default());
                let written = export(&tenant, kind, format, &mut encoder, &progress).await?;
                sync(encoder.finish()?)?;
                written
            } else {
                let mut file = BufWriter::new(file);
                let written = export(&tenant, kind, format, &mut file, &progress).await?;
                sync(file)?;
                written
            }
        };
        bar.finish();
        store.close().await;
        eprintln!("exported {written} {}", kind.name());
        Ok(())
    }
}

fn create(path: &Path, force: bool) -> anyhow::Result<File> {
    let mut options = File::options();
    options
        .write(true)
        .truncate(force)
        .create(force)
        .create_new(!force);
    options
        .open(path)
        .with_context(|| format!("cannot create {}; --force replaces a file", path.display()))
}

fn sync(file: BufWriter<File>) -> anyhow::Result<()> {
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all().context("cannot write the file")
}

/// The parts of a file's name, which tell its content.
pub(super) struct FileName {
    parts: Vec<String>,
    is_compressed: bool,
    is_standard_output: bool,
}

impl FileName {
    /// Reads a name such as `contacts.csv.gz`.
    pub(super) fn of(path: &Path) -> Self {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let mut parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        let is_compressed = parts.last().is_some_and(|end| end == "gz");
        if is_compressed {
            parts.pop();
        }
        Self {
            parts,
            is_compressed,
            is_standard_output: path.as_os_str() == OsStr::new(STANDARD_OUTPUT),
        }
    }

    /// Returns the given kind, or the one at the beginning of the name.
    pub(super) fn kind(&self, given: Option<Kind>) -> anyhow::Result<Kind> {
        let named = || {
            let begin = self.parts.first()?;
            Kind::ALL.into_iter().find(|kind| begin.starts_with(kind.name()))
        };
        given.or_else(named).context(
            "the kind of the records is not known: name it by --kind, or begin the file's name with it, as in contacts.csv",
        )
    }

    /// Returns the given format, or the one at the end of the name.
    pub(super) fn format(&self, given: Option<Format>) -> anyhow::Result<Format> {
        if let Some(format) = given {
            return Ok(format);
        }
        match self.parts.last().map(String::as_str) {
            Some("csv" | "tsv" | "txt") => Ok(Format::Csv),
            Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
            Some("vcf" | "vcard") => Ok(Format::Vcard),
            _ => bail!(
                "the format of the file is not known: name it by --format, or end the file's name with it"
            ),
        }
    }
}
