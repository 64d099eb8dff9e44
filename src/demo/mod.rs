//! Data to look at and data to measure with: the same every time, about companies and people that do not exist.
//!
//! [`fill()`] tells small stories about forty companies; [`generate()`] makes as many contacts as are asked for. What they
//! tell stands in the text files of this folder.

mod calls;
mod content;
mod fill;
mod generate;
mod names;
mod people;
mod phone;
mod piece;
mod prose;

pub use fill::{FillError, Filled, fill};
pub use generate::{CONTACTS_OF_PIECE, generate};

/// Told how much is done, of how much.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);
