//! The cases, as Node.js prints them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// An operation, and what graphql-js makes of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    pub seed: usize,
    pub query: String,
    pub operation_name: Option<String>,
    /// The rules of validation that the document breaks.
    pub rules: Vec<String>,
    /// Whether a rule of graphql-js had to be corrected for this document: see `reference.mjs`.
    pub corrected: bool,
    pub features: Vec<String>,
    pub runs: Vec<Run>,
}

/// One set of variables, and what came out.
#[derive(Deserialize)]
pub struct Run {
    /// JSON text: how a number is written may matter.
    pub variables: String,
    /// The reasons for the refusal.
    pub refused: Option<Vec<String>>,
    /// JSON text.
    pub data: Option<String>,
    /// The paths of the errors.
    #[serde(default)]
    pub errors: Vec<serde_json::Value>,
    /// The paths of all errors that there are, with those that others hid.
    #[serde(default)]
    pub possible: Vec<serde_json::Value>,
    /// The changes that were made, in order.
    #[serde(default)]
    pub calls: Vec<String>,
    pub features: Vec<String>,
}

/// Lets Node.js make the cases.
pub fn cases(sdl: &str, first: usize, count: usize) -> Vec<Case> {
    let text = run_node("cases.mjs", sdl, &[first.to_string(), count.to_string()]);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs a script of this folder with the schema in a file, and returns what it prints.
pub fn run_node(script: &str, sdl: &str, arguments: &[String]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential");
    assert!(
        folder.join("node_modules/graphql").is_dir(),
        "graphql-js is missing: run `npm ci --ignore-scripts --no-audit --no-fund` in tests/differential"
    );
    let mut schema = tempfile::NamedTempFile::new().unwrap();
    schema.write_all(sdl.as_bytes()).unwrap();
    let output = Command::new("node")
        .arg(folder.join(script))
        .arg(schema.path())
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("Node.js 20 or newer is needed");
    assert!(output.status.success(), "{script} failed");
    String::from_utf8(output.stdout).unwrap()
}
