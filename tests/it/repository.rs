//! Rules for the repository's files.

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn both_engines_have_the_same_migrations() {
    assert_eq!(names("migrations/postgres"), names("migrations/sqlite"));
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    for (name, number) in names("migrations/postgres").iter().zip(1..) {
        assert!(
            name.starts_with(&format!("{number:04}_")),
            "{name} should be number {number:04}"
        );
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert_eq!(unexplained(&manifest), Vec::<String>::new());
}

#[test]
fn an_unexplained_dependency_is_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# Text.\na = \"1\"\na_more = \"1\"\n\nb = \"1\"\n\
                    [dev-dependencies]\nc = { version = \"1\", features = [\n    \"d\",\n] }\n";
    assert_eq!(unexplained(manifest), ["b", "c"]);
}

/// Dependencies without a comment above them. One comment may stand above a group of lines.
fn unexplained(manifest: &str) -> Vec<String> {
    let (mut of_dependencies, mut explained, mut found) = (false, false, Vec::new());
    for line in manifest.lines() {
        match line {
            "" => explained = false,
            line if line.starts_with('[') => {
                of_dependencies = line.ends_with("dependencies]");
                explained = false;
            }
            line if line.starts_with('#') => explained = true,
            line => {
                let name = line.split_once(" = ").map(|(name, _)| name);
                let begins = !line.starts_with([' ', ']', '}']);
                if let (true, true, false, Some(name)) = (of_dependencies, begins, explained, name) {
                    found.push(name.to_owned());
                }
            }
        }
    }
    found
}
