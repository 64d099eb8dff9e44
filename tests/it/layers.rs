//! The uses of folders among each other, SQL in the store only, and short files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders and files directly below `src`, from top to bottom, and what each may use. A use that a row lacks is
/// refused: `operation` knows neither the graph nor the database, and `service` knows no GraphQL type.
const MAY_USE: &[(&str, &str)] = &[
    ("main", "cli"),
    ("lib", ""),
    (
        "cli",
        "app auth clock config demo error graphql http log model service store traces transfer",
    ),
    (
        "app",
        "auth clock config graphql http id limits model operation store",
    ),
    ("config", "http limits store"),
    ("demo", "error id model prefetch service store"),
    ("transfer", "error id model prefetch store"),
    (
        "http",
        "auth error graphql id limits log metrics operation store traces",
    ),
    ("operation", "error limits metrics model page"),
    ("graphql", "auth error id limits metrics model page service store"),
    ("auth", "clock error metrics model store"),
    ("service", "error id model store"),
    ("store", "clock error id metrics model page"),
    ("model", "error id page"),
    ("error", "id model page"),
    ("limits", ""),
    ("log", ""),
    ("metrics", ""),
    ("traces", ""),
    ("page", ""),
    ("prefetch", ""),
    ("id", "clock"),
    ("clock", ""),
];
/// Modules, each with those it uses.
type Uses<'m> = BTreeMap<&'m str, BTreeSet<&'m str>>;

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
fn folders_use_only_what_the_table_allows() {
    assert_none(
        sources("src")
            .iter()
            .flat_map(|(path, text)| forbidden(path, text)),
    );
}

#[test]
fn the_table_has_no_circle_but_that_of_models_and_their_errors() {
    let table: Uses = MAY_USE
        .iter()
        .map(|(module, uses)| (*module, uses.split_whitespace().collect()))
        .collect();
    assert_eq!(circular(&table), ["error", "model"]);
}

#[test]
fn the_files_of_a_folder_do_not_use_each_other_in_a_circle() {
    let sources = sources("src");
    let folders = sources
        .iter()
        .filter_map(|(path, _)| path.parent())
        .filter(|folder| *folder != Path::new("src"));
    let folders: BTreeSet<&Path> = folders.collect();
    assert_none(folders.into_iter().filter_map(|folder| circles(folder, &sources)));
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let folder = Path::new("src/store");
    for (main, one, other, circular) in [
        ("", "use super::b::B;", "use crate::store::a::A;", true),
        ("pub use a::{A, C};", "super::b::f()", "use super::{A, b};", true),
        (
            "pub use a::A;",
            "use super::b::{B, f};",
            "use crate::id::A;",
            false,
        ),
        (
            "pub use b::a;",
            "use super::{a, id};",
            "use super::id::Id;",
            false,
        ),
    ] {
        let sources = [
            ("mod.rs", main),
            ("a.rs", one),
            ("b/mod.rs", other),
            ("id.rs", ""),
        ]
        .map(|(name, text)| (folder.join(name), text.to_owned()));
        let found = circles(folder, &sources);
        assert_eq!(found.is_some(), circular, "{main} {one} {other}: {found:?}");
    }
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
fn a_forbidden_use_is_found_however_it_is_written() {
    for text in [
        "use crate::graphql::Graph;",
        "use crate::{id::Id, graphql::{self, context::Ctx}};",
        "use crate::{\n    graphql,\n    id,\n};",
        "fn open() -> crate::graphql::Graph { todo() }",
        "macro_rules! m { () => { $crate::graphql::Graph } }",
        "use external_contacts::graphql::Graph;",
    ] {
        let found = forbidden(Path::new("src/store/contact.rs"), text);
        assert_eq!(
            found,
            ["src/store/contact.rs: `store` must not use `graphql`"],
            "{text}"
        );
    }
}

#[test]
fn a_folder_that_the_table_lacks_is_found() {
    assert_eq!(
        forbidden(Path::new("src/http/mod.rs"), "use crate::attic::Box;"),
        ["src/http/mod.rs: `http` must not use `attic`"]
    );
    assert_eq!(
        forbidden(Path::new("src/attic.rs"), "use crate::id::Id;"),
        ["src/attic.rs: the table has no row for `attic`; add one"]
    );
}

#[test]
fn an_allowed_use_is_fine() {
    for (path, text) in [
        ("src/main.rs", "use external_contacts::cli::{self, Cli};"),
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
        assert_eq!(forbidden(Path::new(path), text), Vec::<String>::new(), "{text}");
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

/// The uses in a file that the table does not allow.
fn forbidden(path: &Path, text: &str) -> Vec<String> {
    let module = module_of(path);
    let Some(allowed) = allowed(&module) else {
        return vec![format!(
            "{}: the table has no row for `{module}`; add one",
            path.display()
        )];
    };
    let mut found: Vec<String> = used_below(&code(text), &["crate::", "external_contacts::"])
        .iter()
        .filter(|used| !used.ends_with('!')) // macros are at the root, wherever they are written
        .filter(|used| **used != module && !allowed.contains(&used.as_str()))
        .map(|used| format!("{}: `{module}` must not use `{used}`", path.display()))
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

/// The modules that use themselves by way of others, in alphabetical order.
fn circular<'m>(uses: &Uses<'m>) -> Vec<&'m str> {
    let reaches_itself = |module: &&str| {
        let (mut found, mut open) = (BTreeSet::new(), vec![*module]);
        while let Some(module) = open.pop() {
            let next = uses.get(module).into_iter().flatten();
            open.extend(next.filter(|next| found.insert(**next)));
        }
        found.contains(module)
    };
    uses.keys().copied().filter(reaches_itself).collect()
}

/// The circles among the files and folders of a folder, with the uses they consist of. An item that `mod.rs` exports is
/// one of the file that has it.
fn circles(folder: &Path, sources: &[(PathBuf, String)]) -> Option<String> {
    let of_folder = |(path, text): &(PathBuf, String)| {
        let below = path.strip_prefix(folder).ok()?.to_owned();
        let text = code(text);
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        Some((below, text[..end].to_owned()))
    };
    let files: Vec<(PathBuf, String)> = sources.iter().filter_map(of_folder).collect();
    let names: BTreeSet<String> = files.iter().map(|(below, _)| module_of(below)).collect();
    let main = files.iter().find(|(below, _)| below == Path::new("mod.rs"));
    let exports = main.map(|(_, text)| exports(text)).unwrap_or_default();
    let absolute = format!(
        "crate::{}::",
        folder
            .strip_prefix("src")
            .ok()?
            .display()
            .to_string()
            .replace('/', "::")
    );
    let mut used_by: Uses = names
        .iter()
        .map(|name| (name.as_str(), BTreeSet::new()))
        .collect();
    for (below, text) in files.iter().filter(|(below, _)| below != Path::new("mod.rs")) {
        let depth = below.iter().count() - usize::from(below.ends_with("mod.rs"));
        let relative = "super::".repeat(depth);
        let own = module_of(below);
        for used in used_below(text, &[&relative, &absolute]) {
            let is_path = text.contains(&format!("{used}::"));
            let module = exports.get(&used).filter(|_| !is_path).unwrap_or(&used);
            if let (Some(own), Some(module)) = (names.get(&own), names.get(module))
                && own != module
                && own != "tests"
            {
                used_by.get_mut(own.as_str())?.insert(module);
            }
        }
    }
    let members = circular(&used_by);
    used_by.retain(|module, _| members.contains(module));
    (!used_by.is_empty()).then(|| format!("{}: a circle in {used_by:?}", folder.display()))
}

/// The items that the text of a `mod.rs` exports, each with the file that has it.
fn exports(text: &str) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for line in text
        .split(';')
        .map(str::trim)
        .filter(|line| line.starts_with("pub"))
    {
        let Some((_, path)) = line.split_once("use ") else {
            continue;
        };
        let Some((module, items)) = path.trim_start_matches("self::").split_once("::") else {
            continue;
        };
        let items = items
            .split(|letter| !is_of_name(letter))
            .filter(|item| !item.is_empty());
        exports.extend(items.map(|item| (item.to_owned(), module.to_owned())));
    }
    exports
}

/// The row of a module in the table.
fn allowed(module: &str) -> Option<Vec<&'static str>> {
    MAY_USE
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, uses)| uses.split_whitespace().collect())
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

/// Returns the Rust files of a folder with their text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    files(folder, &["rs"], |_| true)
}

/// Returns the files of a folder that have one of the extensions, with their text: those in folders that are `wanted`.
pub fn files(folder: &str, extensions: &[&str], wanted: impl Fn(&Path) -> bool) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut files) = (vec![PathBuf::from(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            if entry.path().is_dir() {
                folders.extend(wanted(&path).then_some(path));
            } else if extensions.contains(&&*extension) {
                files.push((path.clone(), fs::read_to_string(root.join(&path)).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "no such files in {folder}");
    files.sort();
    files
}

pub fn assert_none(found: impl Iterator<Item = String>) {
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
