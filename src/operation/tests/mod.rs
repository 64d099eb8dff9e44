//! Tests of the whole pipeline on a graph of their own.

mod cache;
mod execution;
mod graph;
mod input;
mod limits;
mod mistakes;
mod permissions;
mod requests;
mod scalars;
mod subscriptions;
mod support;
