//! The recorded answers: a corpus of operations and, byte for byte, the answers both engines give to them.
//!
//! `recorded/<group>.json` holds, for each operation, its text, variables, answer and number of SQL statements.
//! `RECORD_ANSWERS=1 cargo nextest run --test it answers` writes these files anew; `git diff` then shows each answer
//! that changed, and a conflict in a file is resolved by writing it anew.

mod additions;
mod bulks;
mod changes;
mod contacts;
mod coverage;
mod documents;
mod duplicates;
mod fields;
mod filters;
mod group;
mod interactions;
mod lists;
mod merges;
mod nested;
mod notes;
mod organizations;
mod permissions;
mod previews;
mod print;
mod records;
mod relationships;
mod repeats;
mod requests;
mod search;
mod seen;
mod stable;
mod subscriptions;
mod trash;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json_bytes::Value;

use crate::support::TestApp;
use external_contacts::demo;
use group::{Entry, Group};

/// The fewest operations that the corpus has.
const LEAST: usize = 400;
/// The number of differences that a failing test prints.
const SHOWN: usize = 10;

/// Records each group: those of `demo` over the demo, those of `own` over an empty tenant of their own.
macro_rules! corpus {
    ($app:ident, demo: [$($read:ident),*], own: [$($write:ident),*]) => {{
        let mut groups = Vec::new();
        $(
            let mut group = Group::new($app, $app.tenant.clone(), stringify!($read));
            $read::record(&mut group).await;
            groups.push(group.finish());
        )*
        $(
            let tenant = $app.tenant(stringify!($write)).await;
            let mut group = Group::new($app, tenant, stringify!($write));
            $write::record(&mut group).await;
            groups.push(group.finish());
        )*
        groups
    }};
}

/// Runs the corpus.
async fn run(app: &TestApp) -> Vec<(&'static str, Vec<Entry>)> {
    demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
    corpus!(app,
        demo: [records, lists, filters, nested, search, permissions, documents, requests],
        own: [contacts, organizations, relationships, notes, interactions, users, changes, repeats, bulks, subscriptions, additions, previews, trash, merges, duplicates]
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_answer_as_recorded() {
    let (sqlite, postgres) = tokio::join!(TestApp::repeatable_on_sqlite(), TestApp::repeatable_on_postgres());
    let (sqlite, postgres) = tokio::join!(run(&sqlite), run(&postgres));

    let mut differences = Vec::new();
    for ((name, sqlite), (_, postgres)) in sqlite.into_iter().zip(postgres) {
        let entries: Vec<Value> = sqlite
            .into_iter()
            .zip(postgres)
            .map(|(sqlite, postgres)| sqlite.beside(&postgres))
            .collect();
        if std::env::var_os("RECORD_ANSWERS").is_some() {
            fs::write(file(name), print::document(&entries)).unwrap();
        }
        differences.extend(compare(name, &entries));
    }
    let (count, shown) = (differences.len(), differences.len().min(SHOWN));
    assert_eq!(
        count,
        0,
        "{}\n({shown} of {count})",
        differences[..shown].join("\n")
    );
}

/// With the statements for Citus, which PostgreSQL understands; their number may be another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_for_citus_answer_as_recorded() {
    answers_as_recorded(&TestApp::repeatable_numbering_changes().await).await;
}

/// Runs the corpus and compares the answers with the recorded ones, but not the numbers of statements.
pub async fn answers_as_recorded(app: &TestApp) {
    let mut differences = Vec::new();
    for (name, entries) in run(app).await {
        let entries: Vec<Value> = entries
            .into_iter()
            .map(|entry| uncounted(entry.alone()))
            .collect();
        let recorded: Vec<Value> = read(&file(name)).into_iter().map(uncounted).collect();
        differences.extend(differing(name, &recorded, &entries));
    }
    let shown = &differences[..differences.len().min(SHOWN)];
    assert!(
        differences.is_empty(),
        "{}\n({})",
        shown.join("\n"),
        differences.len()
    );
}

/// The entry without its number of statements.
fn uncounted(mut entry: Value) -> Value {
    entry.as_object_mut().unwrap().remove("statements");
    entry
}

#[test]
fn the_corpus_is_large() {
    let count = recorded().len();
    assert!(count >= LEAST, "{count}");
}

/// Each recorded operation with its group.
fn recorded() -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let group = file.file_stem().unwrap().to_string_lossy().into_owned();
            read(file).into_iter().map(move |entry| (group.clone(), entry))
        })
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/answers/recorded")
}

fn file(group: &str) -> PathBuf {
    folder().join(format!("{group}.json"))
}

fn read(file: &Path) -> Vec<Value> {
    match fs::read(file) {
        Ok(text) => {
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        }
        Err(_) => Vec::new(),
    }
}

/// The differences from the recorded file: for each operation, the first line that changed.
fn compare(group: &str, entries: &[Value]) -> Vec<String> {
    let (expected, actual) = (
        fs::read_to_string(file(group)).unwrap_or_default(),
        print::document(entries),
    );
    if expected == actual {
        return Vec::new();
    }
    let mut differences = differing(group, &read(&file(group)), entries);
    if differences.is_empty() {
        differences.push(format!("{group}: the order or layout of the file"));
    }
    differences
}

/// For each operation that is recorded otherwise, the first line that changed.
fn differing(group: &str, recorded: &[Value], entries: &[Value]) -> Vec<String> {
    let (recorded, answered) = (titled(recorded), titled(entries));
    let titles: BTreeSet<&(String, usize)> = recorded.keys().chain(answered.keys()).collect();
    titles
        .into_iter()
        .filter_map(|title| {
            let (line, (was, is)) = (&title.0, difference(recorded.get(title), answered.get(title))?);
            Some(format!("{group}: {line}\n  recorded: {was}\n  answered: {is}"))
        })
        .collect()
}

/// The text of each operation, by its title and how often that came before.
fn titled(entries: &[Value]) -> BTreeMap<(String, usize), String> {
    let mut texts = BTreeMap::new();
    for entry in entries {
        let title = entry.get("operation").and_then(Value::as_str).unwrap_or_default();
        let before = texts.keys().filter(|(other, _)| other == title).count();
        texts.insert((title.to_owned(), before), print::entry(entry));
    }
    texts
}

/// The first line that differs, as it was and as it is.
fn difference(recorded: Option<&String>, answered: Option<&String>) -> Option<(String, String)> {
    let (Some(recorded), Some(answered)) = (recorded, answered) else {
        let was = |entry: Option<&String>| if entry.is_some() { "asked" } else { "not asked" };
        return Some((was(recorded).to_owned(), was(answered).to_owned()));
    };
    let (mut old, mut new) = (recorded.lines(), answered.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (was, is) if was == is => {}
            (was, is) => {
                let line = |line: Option<&str>| line.unwrap_or_default().trim().to_owned();
                return Some((line(was), line(is)));
            }
        }
    }
}
