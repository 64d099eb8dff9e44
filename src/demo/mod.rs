//! Data for demonstrations and for measurements, the same every time, about fictional companies and people.
//!
//! [`fill()`] tells small stories about forty companies; [`generate()`] makes tenants of any size. Their texts are in the text
//! files of this folder.

mod calls;
mod company;
mod content;
mod deletions;
mod duplicates;
mod fill;
mod generate;
mod names;
mod people;
mod phone;
mod prose;
mod table;

pub use fill::{FillError, Filled, fill};
pub use generate::{FEWEST_ENTITIES, GenerateError, generate};

/// A callback for progress: the amount done and the total.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);
