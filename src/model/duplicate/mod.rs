//! Possible duplicates: records that may describe the same person or company.
//!
//! A record has [`Clue`]s: places in the indexes where records like it are found. What is found there is compared by its name, and
//! [`rank()`] gives each pair a score by what both share.

mod clue;
mod contact;
mod name;
mod organization;
mod phone;
mod rank;

pub use clue::{Clue, Seek};
pub use rank::{
    DuplicateReason, DuplicateReasonKind, LookAlike, OnDuplicate, PossibleDuplicate, REFUSED_SCORE, rank,
};
