//! The integration tests: one crate, one file a noun.

#![cfg(test)] // so that lints know these files for tests

mod admission;
mod answers;
mod backup;
mod bulk;
mod cases;
mod changes;
mod columns;
mod contact;
mod demo;
mod departure;
mod docs;
mod doctor;
mod generate;
mod hostile;
mod http;
mod http_browsers;
mod http_documents;
mod http_requests;
mod http_tokens;
mod idempotency;
mod interaction;
mod internal_error;
mod introspection;
mod language;
mod layers;
mod limit;
mod list;
mod loaders;
mod locks;
mod migrations;
mod note;
mod null_character;
mod organization;
mod outage;
mod permission;
mod program;
mod program_config;
mod program_drain;
mod program_reload;
mod program_systemd;
mod program_tls;
mod relationship;
mod repository;
mod request_log;

mod scalar;
mod search;
mod search_kinds;
mod support;
mod telemetry;
mod transfer;
mod user;
mod versions;
mod wrap_up_code;
