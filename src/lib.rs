//! A company's external contacts, served as a graph: organizations, the people in them, the
//! relationships its staff hold with them, notes, and the history of interactions.
//!
//! Read one noun from the inside out: `model::contact` (what it is), `store::contact` (where it
//! is kept), `graphql::contact` (what one may ask), `tests/it/contact.rs` (what must be true).
//!
//! Folders only look downwards:
//!
//! ```text
//! main → cli → app → http → operation → graphql → auth → store → model, error → id, page, clock, limits
//! ```

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
pub mod model;
pub mod operation;
pub mod page;
pub mod store;
