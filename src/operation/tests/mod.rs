//! The steps together, on a graph of their own.

mod ask;
mod execution;
mod graph;
mod input;
mod known;
mod limits;
mod permissions;
mod requests;
mod scalars;
mod subscriptions;
