//! Folders only look downwards, SQL stays in the store, and files stay short.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders from top to bottom; modules on one floor may use each other.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["app", "config", "demo", "lib"],
    &["http"],
    &["operation"],
    &["graphql"],
    &["auth"],
    &["service"],
    &["store"],
    &["model", "error"],
    &["id", "page", "clock", "limits"],
];
/// The most lines a file may have.
const LINES: usize = 450;
/// Statements, by words that follow each other; the last of them at most one word later.
const STATEMENTS: &[&[&str]] = &[
    &["SELECT"],
    &["INSERT", "INTO"],
    &["DELETE", "FROM"],
    &["UPDATE", "SET"],
];
#[test]
fn folders_only_look_downwards() {
    assert_none(sources("src").iter().flat_map(|(path, text)| upward(path, text)));
}

#[test]
fn sql_stands_in_the_store_alone() {
    assert_none(sources("src").iter().flat_map(|(path, text)| sql(path, text)));
}

#[test]
fn no_file_is_too_long() {
    let files = [sources("src"), sources("tests/it")].concat();
    assert_none(files.iter().filter_map(|(path, text)| long(path, text)));
}

#[test]
fn an_arrow_upwards_is_found_however_it_is_written() {
    for text in [
        "use crate::graphql::Graph;",
        "use crate::{id::Id, graphql::{self, context::Ctx}};",
        "use crate::{\n    graphql,\n    id,\n};",
        "fn open() -> crate::graphql::Graph { todo() }",
        "macro_rules! m { () => { $crate::graphql::Graph } }",
        "use external_contacts::graphql::Graph;",
    ] {
        let found = upward(Path::new("src/store/contact.rs"), text);
        assert_eq!(
            found,
            ["src/store/contact.rs: `store` must not use `graphql`"],
            "{text}"
        );
    }
}

#[test]
fn a_folder_without_a_floor_is_found() {
    assert_eq!(
        upward(Path::new("src/http/mod.rs"), "use crate::attic::Box;"),
        ["src/http/mod.rs: `attic` has no floor; give it one here"]
    );
    assert_eq!(
        upward(Path::new("src/attic.rs"), "use crate::id::Id;"),
        ["src/attic.rs: `attic` has no floor; give it one here"]
    );
}

#[test]
fn an_arrow_downwards_or_along_the_floor_is_fine() {
    for (path, text) in [
        ("src/main.rs", "use external_contacts::{cli, config};"),
        (
            "src/store/contact.rs",
            "use crate::{model::{Contact, graphql}, error::Error, store::Tx};",
        ),
        (
            "src/error.rs",
            "use crate::model::Permission; // not crate::graphql",
        ),
        (
            "src/id.rs",
            "//! See [`crate::graphql`].\nuse other_crate::graphql;\nuse crate::clock::Clock;",
        ),
        ("src/http/mod.rs", "crate::sql!()"),
    ] {
        assert_eq!(upward(Path::new(path), text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn sql_outside_the_store_is_found() {
    for text in [
        r#"let all = "SELECT id FROM contacts";"#,
        "let change = \"\n    UPDATE contacts\n       SET title = $2\";",
        "sqlx::query(text).execute(pool);",
        "sqlx::raw_sql (text);",
        "use sqlx::{Row, query_as};",
        "sqlx::query!(text)",
    ] {
        assert_eq!(sql(Path::new("src/http/mod.rs"), text).len(), 1, "{text}");
        assert_eq!(sql(Path::new("src/store/contact.rs"), text), Vec::<String>::new());
    }
    for text in [
        "// SELECT is for the store",
        "#[derive(sqlx::Type)] struct A { query: String }",
        "const SELECTIONS: usize = Method::DELETE;",
    ] {
        assert_eq!(sql(Path::new("src/model/contact.rs"), text), Vec::<String>::new());
    }
}

#[test]
fn a_long_file_is_found() {
    let path = Path::new("src/id.rs");
    assert_eq!(long(path, &"\n".repeat(LINES)), None);
    assert_eq!(
        long(path, &"\n".repeat(LINES + 1)).unwrap(),
        "src/id.rs: 451 lines; split it by noun or by verb"
    );
}

/// The uses of a higher floor in a file.
fn upward(path: &Path, text: &str) -> Vec<String> {
    let module = module_of(path);
    let Some(own) = floor(&module) else {
        return vec![format!(
            "{}: `{module}` has no floor; give it one here",
            path.display()
        )];
    };
    let mut found: Vec<String> = used_below(&code(text), &["crate::", "external_contacts::"])
        .iter()
        .filter(|used| !used.ends_with('!')) // macros are at the root, wherever they are written
        .filter_map(|used| match floor(used) {
            None => Some(format!(
                "{}: `{used}` has no floor; give it one here",
                path.display()
            )),
            Some(other) if other < own => {
                Some(format!("{}: `{module}` must not use `{used}`", path.display()))
            }
            Some(_) => None,
        })
        .collect();
    found.dedup();
    found
}

/// The first statement in a file outside the store.
fn sql(path: &Path, text: &str) -> Vec<String> {
    if module_of(path) == "store" {
        return Vec::new();
    }
    let code = code(text);
    let words: Vec<&str> = code
        .split(|letter| !is_of_name(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let statement = (0..words.len())
        .map(|at| &words[at..words.len().min(at + 3)])
        .find(|near| {
            STATEMENTS
                .iter()
                .any(|statement| near[0] == statement[0] && statement.iter().all(|word| near.contains(word)))
        });
    let maker = used_below(&code, &["sqlx::"])
        .into_iter()
        .find(|name| name.starts_with("query") || name == "raw_sql" || name == "QueryBuilder");
    statement
        .map(|near| near.join(" "))
        .or(maker)
        .map(|what| format!("{}: `{what}` belongs in src/store", path.display()))
        .into_iter()
        .collect()
}

fn long(path: &Path, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES).then(|| format!("{}: {lines} lines; split it by noun or by verb", path.display()))
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// `src/store/contact.rs` and `src/store.rs` are of `store`.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap_or(path);
    let first = below.iter().next().unwrap_or_default().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The names that paths in the code have after a root: `root::a::…` and `root::{a::…, b}`. Those of macros end in `!`.
fn used_below(code: &str, roots: &[&str]) -> Vec<String> {
    roots
        .iter()
        .flat_map(|root| code.match_indices(root).map(|(at, _)| (at, at + root.len())))
        .filter(|(at, _)| !code[..*at].ends_with(is_of_name))
        .flat_map(|(_, end)| match code[end..].strip_prefix('{') {
            Some(group) => group_members(group),
            None => vec![&code[end..]],
        })
        .map(|path| {
            let path = path.trim_start();
            let end = path.find(|letter| !is_of_name(letter)).unwrap_or(path.len());
            let mark = if path[end..].starts_with('!') { "!" } else { "" };
            format!("{}{mark}", &path[..end])
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The members of `a::{b, c}, d}…`, without opening those that are groups themselves.
fn group_members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(&group[start..at]);
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}

/// The text without its comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .map(|line| line.split(" // ").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Every Rust file below a folder of the repository: its path from the root, and its text.
/// Returns the Rust files of a folder with their text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut files) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(
        !files.is_empty(),
        "no Rust files in {folder}",
        folder = root.display()
    );
    files.sort();
    files
}

pub fn assert_none(found: impl Iterator<Item = String>) {
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
