//! A GraphQL server for external organizations, contacts, relationships, notes and interactions.
//!
//! One noun, from the inside out: `model::contact` (fields and rules), `store::contact` (its table),
//! `service::contact` (what changing it entails), `graphql::contact` (its part of the schema), `tests/it/contact.rs`
//! (its behaviour).
//!
//! One request, from the outside in: `http` (transport), `auth` (the caller), `operation` (parse, check and run),
//! `graphql` (resolvers), `store` (statements).
//!
//! Folders use only the ones below them; `tests/it/layers.rs` has the table of which may use which.

// The futures of the graph's resolvers are nested deeper than the default of 128.
#![recursion_limit = "256"]

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod http;
pub mod id;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod model;
pub mod operation;
pub mod page;
pub mod prefetch;
pub mod service;
pub mod store;
pub mod traces;
pub mod transfer;
