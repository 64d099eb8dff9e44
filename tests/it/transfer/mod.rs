//! Export and import of files.

mod foreign;
mod formats;
mod matching;
mod resume;
mod round_trip;

use std::path::{Path, PathBuf};

use external_contacts::store::Tenant;
use external_contacts::transfer::{
    Format, Imported, Input, Kind, Mapping, Match, Report, Rows, Settings, Source, export, import,
};

/// An import into a tenant, with a folder for its files.
pub struct Import<'t> {
    tenant: &'t Tenant,
    kind: Kind,
    ways: Vec<Match>,
    clears_empty: bool,
    is_rehearsal: bool,
    mappings: Vec<Mapping>,
    folder: tempfile::TempDir,
}

impl<'t> Import<'t> {
    pub fn of(tenant: &'t Tenant, kind: Kind) -> Self {
        Self {
            tenant,
            kind,
            ways: vec![Match::ExternalId],
            clears_empty: false,
            is_rehearsal: false,
            mappings: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn map(mut self, column: &str, field: &str) -> Self {
        self.mappings.push((column.to_owned(), field.to_owned()));
        self
    }

    fn by(mut self, ways: &[Match]) -> Self {
        self.ways = ways.to_vec();
        self
    }

    fn report(&self) -> PathBuf {
        self.folder.path().join("report.csv")
    }

    /// Imports a table.
    pub async fn table(&self, text: &str) -> Imported {
        self.bytes(text.as_bytes(), Format::Csv).await
    }

    async fn bytes(&self, bytes: &[u8], format: Format) -> Imported {
        let path = self.folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        self.file(&path, format).await
    }

    async fn file(&self, path: &Path, format: Format) -> Imported {
        let source = Source::open(path, None).unwrap();
        let mut report = Report::at(self.report());
        let input = Input {
            fingerprint: source.fingerprint,
            rows: Rows::of(source.text, format, self.kind, &self.mappings).unwrap(),
            read: source.read,
            size: source.size,
            report: &mut report,
        };
        let settings = Settings {
            kind: self.kind,
            ways: self.ways.clone(),
            clears_empty: self.clears_empty,
            is_rehearsal: self.is_rehearsal,
            restarts: false,
            reading: format!("{:?}", (self.kind, format, &self.mappings, &self.ways)),
        };
        import(self.tenant, input, &settings, &|_, _| {}).await.unwrap()
    }

    /// The lines of the report behind its header.
    pub fn remarks(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.report()).unwrap_or_default();
        text.lines().skip(1).map(str::to_owned).collect()
    }
}

/// What is exported of a kind.
async fn exported(tenant: &Tenant, kind: Kind, format: Format) -> String {
    let mut bytes = Vec::new();
    export(tenant, kind, format, &mut bytes, &|_, _| {})
        .await
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// These columns of what is exported of a kind, a line for each record, sorted.
async fn columns(tenant: &Tenant, kind: Kind, names: &[&str]) -> Vec<String> {
    let text = exported(tenant, kind, Format::Csv).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let places: Vec<usize> = names
        .iter()
        .map(|name| {
            header
                .iter()
                .position(|column| column == *name)
                .expect("the column exists")
        })
        .collect();
    let mut lines: Vec<String> = reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            places
                .iter()
                .map(|place| &record[*place])
                .collect::<Vec<_>>()
                .join("|")
        })
        .collect();
    lines.sort();
    lines
}
