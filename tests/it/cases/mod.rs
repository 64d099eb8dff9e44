//! Small inputs of real people and programs, each with the answer that is right for it.

mod contact_points;
mod countries;
mod keys;
mod lists;
mod search;
mod text;
