//! A row of a file, and the bounds of reading.

use std::io;

use super::Object;

/// The most bytes of a row: a quote that is missing would otherwise take the rest of the file into memory.
pub const LONGEST_ROW: usize = 4 << 20;
/// The number of bytes that are read ahead.
pub const AHEAD: usize = 64 * 1024;
/// The most unknown fields that the report names.
pub const MOST_UNKNOWN: usize = 100;

/// A row of a file.
#[derive(Debug)]
pub struct Row {
    /// The line that it begins at.
    pub line: u64,
    /// Its fields, or the reason why it cannot be read.
    pub content: Result<Object, String>,
    /// Whether its null values are empty cells.
    pub has_blanks: bool,
    /// The number of its bytes.
    pub size: usize,
}

/// The error of a file that is not what it should be.
pub fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
