//! The steps together, on a graph of their own.

mod cache;
mod execution;
mod graph;
mod input;
mod limits;
mod permissions;
mod requests;
mod scalars;
mod subscriptions;
mod support;
