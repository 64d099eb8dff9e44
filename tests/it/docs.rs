//! The documentation agrees with the program: commands, settings and links.

use std::fs;
use std::path::{Path, PathBuf};

use apollo_compiler::{ExecutableDocument, Schema};
use clap::CommandFactory as _;
use external_contacts::cli::Cli;

/// Every page for readers, with its path from the root of the repository.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    for folder in [root.to_owned(), root.join("docs")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).unwrap();
                pages.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    pages.sort();
    assert!(pages.len() > 5, "the pages are not where they were");
    pages
}

/// The blocks of a page in a language.
fn blocks<'p>(page: &'p str, language: &'p str) -> impl Iterator<Item = &'p str> {
    let blocks = page.split("\n```").skip(1).step_by(2);
    blocks.filter_map(move |block| block.strip_prefix(language)?.strip_prefix('\n'))
}

/// The commands in the blocks of shell code, lines that go on joined.
fn commands(page: &str) -> Vec<String> {
    blocks(page, "sh")
        .flat_map(|block| {
            block
                .replace("\\\n", " ")
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

/// The arguments that a line gives to the program, however it runs it.
fn arguments(line: &str) -> Option<Vec<&str>> {
    let line = line.split_once(" # ").map_or(line, |(line, _)| line);
    let arguments = if let Some((_, after)) = line.split_once("cargo run ") {
        after.split_once("-- ")?.1
    } else {
        let in_container = || line.strip_prefix("docker compose exec server external-contacts ");
        line.strip_prefix("external-contacts ").or_else(in_container)?
    };
    let end = arguments
        .find([')', '|', '>', '&', ';'])
        .unwrap_or(arguments.len());
    Some(arguments[..end].split_whitespace().collect())
}

#[test]
fn every_command_of_the_documentation_is_one_that_the_program_takes() {
    let mut seen = 0;
    for (path, page) in pages() {
        for line in commands(&page) {
            let Some(arguments) = arguments(&line) else {
                continue;
            };
            seen += 1;
            let all = ["external-contacts"].into_iter().chain(arguments);
            if let Err(error) = Cli::command().try_get_matches_from(all) {
                panic!("{}: `{line}`: {error}", path.display());
            }
        }
    }
    assert!(seen > 8, "the pages show commands: {seen} found");
}

#[test]
fn every_operation_of_the_documentation_is_valid() {
    let contract = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    let schema = Schema::parse_and_validate(contract, "schema.graphql").unwrap();
    let pages = pages();
    let operations: Vec<(&PathBuf, &str)> = pages
        .iter()
        .flat_map(|(path, page)| blocks(page, "graphql").map(move |block| (path, block)))
        .filter(|(_, block)| {
            ["query ", "mutation ", "subscription "]
                .iter()
                .any(|kind| block.starts_with(kind))
        })
        .collect();
    assert!(operations.len() > 4, "the operations are not where they were");
    for (path, operation) in operations {
        if let Err(found) = ExecutableDocument::parse_and_validate(&schema, operation, "operation.graphql") {
            panic!("{}: {}\n{operation}", path.display(), found.errors);
        }
    }
}

#[test]
fn every_script_of_the_documentation_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, page) in pages() {
        for line in commands(&page) {
            let program = line.split_whitespace().next().unwrap_or_default();
            if program.starts_with("scripts/") || program.starts_with("playground/") {
                assert!(root.join(program).is_file(), "{}: no {program}", path.display());
            }
        }
    }
}

#[test]
fn a_command_is_found_however_it_is_run() {
    for (line, expected) in [
        ("external-contacts serve --dev", Some("serve --dev")),
        ("TOKEN=$(cargo run --release --quiet -- token)", Some("token")),
        (
            "docker compose exec server external-contacts tenant list",
            Some("tenant list"),
        ),
        ("cargo run -- schema > schema.graphql", Some("schema")),
        ("cargo nextest run --test it", None),
        (
            "node compose.mjs external-contacts http://127.0.0.1:8080/graphql",
            None,
        ),
    ] {
        let found = arguments(line).map(|arguments| arguments.join(" "));
        assert_eq!(found.as_deref(), expected, "{line}");
    }
}

/// The rows of tables whose first cell is a flag: flag, environment variable, default.
fn settings(page: &str) -> Vec<[String; 3]> {
    page.lines()
        .filter(|line| line.starts_with("| `--"))
        .map(|line| {
            let mut cells = line
                .trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().replace('`', ""));
            [(); 3].map(|()| cells.next().unwrap_or_default())
        })
        .collect()
}

#[test]
fn the_table_of_settings_is_what_the_program_takes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/operations.md")).unwrap();
    let documented = settings(&page);
    let cli = Cli::command();
    let serve = cli.find_subcommand("serve").unwrap();

    let mut count = 0;
    for argument in serve.get_arguments().chain(cli.get_arguments()) {
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        count += 1;
        let flag = format!("--{flag}");
        let variable = variable.to_string_lossy().into_owned();
        let row = documented
            .iter()
            .find(|row| row[0] == flag)
            .unwrap_or_else(|| panic!("docs/operations.md has no row for {flag}"));
        assert_eq!(row[1], variable, "{flag}");
        if let Some(default) = argument.get_default_values().first() {
            let default = default.to_string_lossy();
            let is_switch = default == "false";
            assert!(
                is_switch || row[2] == default,
                "{flag}: {} is not {default}",
                row[2]
            );
        }
    }
    assert_eq!(
        documented.len(),
        count,
        "docs/operations.md has rows of settings that do not exist"
    );
}

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for (path, page) in pages() {
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target
                .split_once('#')
                .map_or((target, None), |(file, id)| (file, Some(id)));
            let folder = path.parent().unwrap_or(Path::new(""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                folder.join(file)
            };
            let found = root.join(&file).exists()
                && heading.is_none_or(|heading| {
                    let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
                    headings(&text).contains(&heading.to_owned())
                });
            if !found {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// The ids that GitHub gives to the headings of a page.
fn headings(page: &str) -> Vec<String> {
    page.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
                .map(|letter| if letter == ' ' { '-' } else { letter })
                .collect()
        })
        .collect()
}
