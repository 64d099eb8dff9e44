//! A database of PostgreSQL.

use super::finding::Finding;
use super::{clocks, migrations};
use crate::cli::output::explain;
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::store::{DatabaseUrl, PostgresState, ServerRoute};

/// The oldest version that is supported.
const OLDEST: i64 = 15;
/// The connections of a server beside `--connections`: for signals, for cancelling statements, and for migrations.
const OTHER_CONNECTIONS: i64 = 5;

/// Checks the server, the rights of the user and the content.
pub(super) async fn check(config: &ServeConfig, url: &DatabaseUrl, clock: &Clock) -> Vec<Finding> {
    let state = match PostgresState::read(url, clock).await {
        Ok(state) => state,
        Err(error) => {
            let text = explain(&error.into());
            return vec![Finding::problem(
                "database",
                text,
                "the server does not start without it",
            )];
        }
    };
    let mut findings = vec![check_version(&state), check_encoding(&state)];
    findings.extend(check_route(state.route));
    findings.push(migrations::check(&state.migrations));
    findings.push(check_rights(&state));
    findings.push(check_connections(&state, config.data.connections.into()));
    findings.extend(check_durability(&state));
    findings.extend(check_transactions(&state));
    findings.extend(check_slots(&state));
    findings.push(clocks::check("the database", state.ahead));
    findings
}

fn check_version(state: &PostgresState) -> Finding {
    // Distributions add their own version.
    let version = state
        .settings
        .text("server_version")
        .split(' ')
        .next()
        .unwrap_or_default();
    if state.settings.number("server_version_num") < OLDEST * 10_000 {
        return Finding::problem(
            "database",
            format!("PostgreSQL {version} is too old"),
            format!("upgrade it to PostgreSQL {OLDEST} or newer"),
        );
    }
    if state.rights.is_standby {
        return Finding::problem(
            "database",
            format!("PostgreSQL {version} is a standby, which takes no writes"),
            "name the primary server in --database-url",
        );
    }
    let way = if state.rights.is_encrypted {
        "by TLS"
    } else {
        "without TLS"
    };
    Finding::ok(
        "database",
        format!("PostgreSQL {version}, as {}, {way}", state.rights.user_name),
    )
}

fn check_route(route: ServerRoute) -> Option<Finding> {
    Some(match route {
        ServerRoute::Direct => return None,
        ServerRoute::Shared => Finding::problem(
            "pooler",
            "--database-url leads to a pooler in transaction mode",
            "name PostgreSQL itself with --direct-url, or use the pooler's session mode",
        ),
        ServerRoute::Elsewhere => Finding::problem(
            "pooler",
            "--direct-url leads to another database than --database-url",
            "let both lead to the same database",
        ),
        ServerRoute::Pooled {
            carries_statements: true,
        } => Finding::ok(
            "pooler",
            "the pooler carries prepared statements, and --direct-url leads past it",
        ),
        ServerRoute::Pooled { .. } => Finding::warning(
            "pooler",
            "the pooler does not carry prepared statements, so that PostgreSQL plans each one anew",
            "use PgBouncer 1.21 or newer with max_prepared_statements",
        ),
    })
}

fn check_encoding(state: &PostgresState) -> Finding {
    let encoding = &state.rights.encoding;
    if encoding == "UTF8" {
        Finding::ok("encoding", "the database has the encoding UTF8")
    } else {
        Finding::problem(
            "encoding",
            format!("the database has the encoding {encoding}, which cannot store every text"),
            "create a database with ENCODING 'UTF8'",
        )
    }
}

fn check_rights(state: &PostgresState) -> Finding {
    let rights = &state.rights;
    let user = &rights.user_name;
    let is_current = state.migrations.pending.is_empty();
    let Some(schema) = &rights.schema else {
        return Finding::problem(
            "rights",
            format!("no schema of the search path exists for {user}"),
            "create one, or set search_path",
        );
    };
    if !rights.closed_tables.is_empty() {
        Finding::problem(
            "rights",
            format!(
                "{user} may not read and write {} in {schema}",
                rights.closed_tables.join(", ")
            ),
            format!("let their owner grant {user} reading and writing of tables, and USAGE of sequences"),
        )
    } else if !is_current && !rights.may_create {
        Finding::problem(
            "rights",
            format!("{user} may not create tables in {schema}, which pending migrations do"),
            format!("GRANT CREATE ON SCHEMA {schema} TO {user}, or run `migrate` as the owner"),
        )
    } else if !is_current && !rights.foreign_tables.is_empty() {
        Finding::problem(
            "rights",
            format!(
                "{user} does not own {}, which pending migrations may change",
                rights.foreign_tables.join(", ")
            ),
            "run `migrate` as the owner",
        )
    } else if rights.is_superuser {
        Finding::warning(
            "rights",
            format!("{user} is a superuser, and the server needs no such rights"),
            format!("create a user who owns the schema {schema} and nothing else"),
        )
    } else {
        Finding::ok(
            "rights",
            format!("{user} has the rights that the server needs in {schema}"),
        )
    }
}

fn check_connections(state: &PostgresState, wanted: i64) -> Finding {
    let (user, needed) = match state.route {
        ServerRoute::Pooled { .. } => ("a server beside its pooler".to_owned(), OTHER_CONNECTIONS),
        _ => (
            format!("a server with --connections {wanted}"),
            wanted + OTHER_CONNECTIONS,
        ),
    };
    let (settings, rights) = (&state.settings, &state.rights);
    let reserved =
        settings.number("superuser_reserved_connections") + settings.number("reserved_connections");
    let unlimited = |limit: i64| if limit < 0 { i64::MAX } else { limit };
    let limits = [
        (
            settings.number("max_connections") - reserved,
            rights.clients,
            "max_connections",
        ),
        (
            unlimited(rights.user_limit),
            rights.clients_of_user,
            "the limit of the user",
        ),
        (
            unlimited(rights.database_limit),
            rights.clients_of_database,
            "the limit of the database",
        ),
    ];
    for (limit, used, name) in limits {
        if limit < needed {
            return Finding::problem(
                "connections",
                format!("{user} uses up to {needed}, and {name} allows {limit}"),
                format!("raise {name}, or lower --connections"),
            );
        }
        // One of those in use is the doctor's own.
        if limit - used + 1 < needed {
            return Finding::warning(
                "connections",
                format!("{user} uses up to {needed}; {name} allows {limit}, and {used} are in use"),
                format!("raise {name} unless this server is the one that uses them"),
            );
        }
    }
    Finding::ok(
        "connections",
        format!("{user} uses up to {needed}, which are free"),
    )
}

/// Checks the settings without which an acknowledged write may be lost.
fn check_durability(state: &PostgresState) -> Vec<Finding> {
    let remedies = [
        ("fsync", "a crash of the machine may destroy the database"),
        (
            "full_page_writes",
            "a crash of the machine may destroy the database",
        ),
        (
            "synchronous_commit",
            "a crash of the database may lose the last acknowledged changes",
        ),
    ];
    let off: Vec<Finding> = remedies
        .into_iter()
        .filter(|(name, _)| state.settings.text(name) == "off")
        .map(|(name, danger)| {
            Finding::problem(
                "durability",
                format!("{name} is off: {danger}"),
                format!("turn {name} on"),
            )
        })
        .collect();
    if off.is_empty() {
        vec![Finding::ok("durability", "acknowledged changes survive a crash")]
    } else {
        off
    }
}

/// Checks the settings for transactions. The server sets what it needs in its own sessions.
fn check_transactions(state: &PostgresState) -> Vec<Finding> {
    let mut findings = Vec::new();
    let isolation = state.settings.text("default_transaction_isolation");
    if isolation != "read committed" {
        findings.push(Finding::warning(
            "transactions",
            format!(
                "default_transaction_isolation is {isolation:?}; the server is made for \"read committed\""
            ),
            "set it to `read committed` for this database or user",
        ));
    }
    if state.settings.text("default_transaction_read_only") == "on" {
        findings.push(Finding::problem(
            "transactions",
            "default_transaction_read_only is on, so that every change fails",
            "turn it off for this database or user",
        ));
    }
    let open = &state.rights.open_transactions;
    if !open.is_empty() {
        findings.push(Finding::warning(
            "transactions",
            format!(
                "a transaction has been open for more than 5 seconds and delays live changes: {}",
                open.join(", ")
            ),
            "end it; idle_in_transaction_session_timeout ends those that are forgotten",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "transactions",
            "the settings for transactions are as they should be",
        ));
    }
    findings
}

fn check_slots(state: &PostgresState) -> Option<Finding> {
    let idle = &state.rights.idle_slots;
    (!idle.is_empty()).then(|| {
        Finding::warning(
            "slots",
            format!(
                "nothing reads from the replication slot {}, and the server keeps its log for it",
                idle.join(", ")
            ),
            "drop it by pg_drop_replication_slot if nothing needs it; this program needs none",
        )
    })
}
