//! The state of a database, found out without changing it. Nothing here judges what it finds.

mod migrations;
mod postgres;
mod sqlite;

pub use self::migrations::MigrationState;
pub use self::postgres::{PostgresState, ServerRoute, ServerSettings, UserRights};
pub use self::sqlite::{SqliteContent, SqliteState};
