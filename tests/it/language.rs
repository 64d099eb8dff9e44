//! Descriptions and doc comments are plain English: they begin with a noun phrase or a verb in the third person.

use std::path::{Path, PathBuf};

use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema};
use external_contacts::graphql;

use crate::layers::{assert_none, files, sources};

/// The first words of a description that asks a question instead of naming its object.
const QUESTIONS: &[&str] = &[
    "what", "whatever", "who", "whoever", "whose", "whom", "where", "when", "which", "why", "how",
];
/// The first words of a description that leaves out its subject.
const WITHOUT_SUBJECT: &[&str] = &[
    "about", "after", "among", "as", "at", "before", "between", "by", "during", "for", "from", "in", "into",
    "of", "on", "since", "to", "under", "until", "with", "within", "without", "is", "are", "was", "were",
    "has", "have", "had", "can", "may", "must", "not",
];
/// Phrases of a dialect that readers of English references do not know.
const DIALECT: &[&str] = &[
    "whoever",
    "nobody",
    "somebody",
    "anybody",
    "one who",
    "who asks",
    "what became of",
    "as what",
    "is said",
    "of ours",
    "any more",
    "the dearest",
];
/// The doc comments in a thousand that may begin otherwise: the best projects of the field have 5 to 23.
const TOLERATED: usize = 20;

#[test]
fn every_description_in_the_schema_is_plain_english() {
    let schema = Schema::parse(graphql::sdl(false), "schema.graphql").unwrap();
    let descriptions = descriptions(&schema);
    assert!(descriptions.len() > 500, "the schema is read");

    assert_none(descriptions.into_iter().filter_map(|(what, description)| {
        let problem = match &description {
            None => "has no description",
            Some(text) => problem(text)?,
        };
        Some(format!("{what} {problem}: {}", description.unwrap_or_default()))
    }));
}

#[test]
fn doc_comments_are_plain_english() {
    let (mut blocks, mut found) = (0, Vec::new());
    for (path, text) in sources("src") {
        for (line, block) in doc_blocks(&text) {
            blocks += 1;
            if let Some(problem) = problem(&block) {
                found.push(format!("{}:{line} {problem}: {block}", path.display()));
            }
        }
    }

    assert!(
        found.len() * 1000 <= blocks * TOLERATED,
        "{} of {blocks} doc comments:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn comments_of_scripts_are_plain_english() {
    let (mut blocks, mut found) = (0, Vec::new());
    for (path, text) in [scripts("tests"), scripts("playground/src"), scripts("benches")].concat() {
        for (line, block) in script_blocks(&text) {
            blocks += 1;
            if let Some(problem) = problem(&block) {
                found.push(format!("{}:{line} {problem}: {block}", path.display()));
            }
        }
    }

    assert!(blocks > 100, "the scripts are read");
    assert!(
        found.len() * 1000 <= blocks * TOLERATED,
        "{} of {blocks} comments:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn the_first_comment_of_a_script_and_its_doc_comments_are_found() {
    let text = "// The script,\n// in two lines.\n\nlet a; // A comment.\n  /** The next. */\n/**\n * The last\n * one.\n */\n";

    assert_eq!(
        script_blocks(text),
        [
            (1, "The script, in two lines.".to_owned()),
            (5, "The next.".to_owned()),
            (6, "The last one.".to_owned())
        ]
    );
}

#[test]
fn dialect_is_found_and_plain_english_is_not() {
    for (text, expected) in [
        ("What became of a contact.", Some("begins with a question word")),
        ("How often the file is read.", Some("begins with a question word")),
        ("By last name.", Some("leaves out its subject")),
        ("Is this.", Some("leaves out its subject")),
        ("The one who asks.", Some("is dialect")),
        ("The place, if anybody\nknows.", Some("is dialect")),
        ("Matches contacts by last name.", None),
        ("Whether the list has more items.", None),
        ("`true` for contacts that have an employer.", None),
        ("However many there are, one is returned.", None),
        ("The lawyer's wholesome address.", None),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
}

#[test]
fn a_doc_block_ends_where_the_comment_ends() {
    let text =
        "//! The module.\n\n/// The type,\n/// in two lines.\nstruct A;\n    /// The field.\n// A comment.\n";

    assert_eq!(
        doc_blocks(text),
        [
            (1, "The module.".to_owned()),
            (3, "The type, in two lines.".to_owned()),
            (6, "The field.".to_owned())
        ]
    );
}

/// Returns the reason why a text is not plain English, as far as a program can tell.
fn problem(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let first = if text.starts_with('`') {
        &""
    } else {
        words.first()?
    };
    let spaced = format!(" {} ", words.join(" "));
    if QUESTIONS.contains(first) {
        Some("begins with a question word")
    } else if WITHOUT_SUBJECT.contains(first) {
        Some("leaves out its subject")
    } else if DIALECT
        .iter()
        .any(|phrase| spaced.contains(&format!(" {phrase} ")))
    {
        Some("is dialect")
    } else {
        None
    }
}

/// Returns the blocks of doc comments in a Rust file, each with its first line's number.
fn doc_blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        match (comment, blocks.last_mut()) {
            (Some(comment), Some((_, block))) if open => {
                block.push(' ');
                block.push_str(comment.trim());
            }
            (Some(comment), _) => blocks.push((index + 1, comment.trim().to_owned())),
            (None, _) => {}
        }
        open = comment.is_some();
    }
    blocks
}

/// Returns the comment at the front of a script and its doc comments, each with its first line's number.
fn script_blocks(text: &str) -> Vec<(usize, String)> {
    let join = |lines: Vec<&str>| lines.join(" ").trim().to_owned();
    let front: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("//"))
        .map(str::trim)
        .collect();
    let mut blocks = vec![(1, join(front))];
    for (at, _) in text.match_indices("/**") {
        let Some((block, _)) = text[at + 3..].split_once("*/") else {
            continue;
        };
        let lines = block
            .lines()
            .map(|line| line.trim().trim_start_matches('*').trim());
        blocks.push((text[..at].matches('\n').count() + 1, join(lines.collect())));
    }
    blocks.retain(|(_, block)| !block.is_empty());
    blocks
}

/// Returns the scripts below a folder, without those of packages and without generated ones.
fn scripts(folder: &str) -> Vec<(PathBuf, String)> {
    let is_own = |path: &Path| {
        let mut parts = path.iter().map(|part| part.to_string_lossy());
        parts.all(|part| part != "node_modules" && part != "generated" && part != "__generated__")
    };
    let extensions = ["mjs", "js", "jsx", "ts"];
    files(folder, &extensions, is_own)
}

/// Returns every element of the schema, as `schema.graphql:line name`, with its description. Elements of the
/// federation are left out: their descriptions are not this program's.
fn descriptions(schema: &Schema) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut add = |parent: &str, name: &Name, description: Option<&Node<str>>| {
        let line = name
            .line_column_range(&schema.sources)
            .map_or(0, |range| range.start.line);
        let described = description
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty());
        found.push((format!("schema.graphql:{line} {parent}{name}"), described));
    };
    // The library prints no descriptions of a directive's arguments.
    for directive in schema.directive_definitions.values() {
        if directive.is_built_in() {
            continue;
        }
        add("@", &directive.name, directive.description.as_ref());
    }
    for definition in schema.types.values().filter(|definition| is_own(definition)) {
        let name = definition.name();
        let parent = format!("{name}.");
        add("", name, definition.description());
        for field in fields(definition) {
            add(&parent, &field.name, field.description.as_ref());
            for argument in &field.arguments {
                add(
                    &format!("{parent}{}.", field.name),
                    &argument.name,
                    argument.description.as_ref(),
                );
            }
        }
        if let ExtendedType::InputObject(input) = definition {
            for field in input.fields.values() {
                add(&parent, &field.name, field.description.as_ref());
            }
        }
        if let ExtendedType::Enum(of) = definition {
            for value in of.values.values() {
                add(&parent, &value.value, value.description.as_ref());
            }
        }
    }
    found
}

fn is_own(definition: &ExtendedType) -> bool {
    !definition.is_built_in() && !definition.name().starts_with('_')
}

/// Returns the fields of an object or an interface, without those of the federation.
fn fields(definition: &ExtendedType) -> Vec<&FieldDefinition> {
    let fields = match definition {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        _ => return Vec::new(),
    };
    fields
        .values()
        .map(|field| &***field)
        .filter(|field| !field.name.starts_with('_'))
        .collect()
}
