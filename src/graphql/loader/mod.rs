//! Batch loading: at most one statement per kind of load and level of an operation.

mod key;
mod loaders;
mod lookups;
mod queue;
mod records;

pub use loaders::Loaders;
