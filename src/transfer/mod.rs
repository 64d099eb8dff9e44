//! Files of records: export, and import of one's own files and those of other programs.
//!
//! On the way in: `source` (bytes to text), `rows` (text to rows), `columns` (cells to fields), `noun` (fields to changes of
//! a kind of record), `chunk` (many changes in one transaction), `import` (chunk by chunk, with a report of refused rows).
//! On the way out: `export`, by `noun` and `cells`.

mod cells;
mod chunk;
mod columns;
mod export;
mod fields;
mod foreign;
mod import;
mod layout;
mod lines;
mod noun;
mod points;
mod property;
mod reference;
mod report;
mod row;
mod rows;
mod source;
mod texts;
mod vcard;

pub use export::{ExportError, export};
pub use import::{ImportError, Imported, Input, Settings, import};
pub use layout::Kind;
pub use noun::Match;
pub use report::Report;
pub use rows::{Format, Mapping, Rows};
pub use source::Source;

/// The fields of a record in a file, by the names of the API.
type Object = serde_json::Map<String, serde_json::Value>;

/// A callback with the number of bytes that are done, and their total.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);
