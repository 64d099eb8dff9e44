//! Reads trusted documents from a folder or a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};

use super::hash::is_hash;

/// The largest manifest, or folder's files together, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The format that Apollo's manifest states.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document with the id that it was found under.
pub(super) struct Found {
    /// The id; `None` means the hash of the text.
    pub id: Option<String>,
    /// The text.
    pub text: String,
    /// The name for messages.
    pub name: String,
}

/// Reads the `*.graphql` files of a folder in the order of their names. A file name that is a hash must match its text.
pub(super) fn folder(path: &Path) -> anyhow::Result<Vec<Found>> {
    let cannot = || format!("cannot read the folder {}", path.display());
    let mut files: Vec<PathBuf> = fs::read_dir(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(cannot)?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .collect();
    files.sort();
    let mut total = 0;
    let mut found = Vec::with_capacity(files.len());
    for file in files {
        let text = read(&file, &mut total)?;
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        found.push(Found {
            id: stem.filter(|stem| is_hash(stem)),
            text,
            name: file.display().to_string(),
        });
    }
    Ok(found)
}

/// Reads a manifest: a JSON object from ids to texts (Relay's, GraphQL Code Generator's), or Apollo's.
pub(super) fn file(path: &Path) -> anyhow::Result<Vec<Found>> {
    let text = read(path, &mut 0)?;
    let cannot = || format!("{} is not a manifest of documents", path.display());
    let manifest: Map<String, Value> = serde_json::from_str(&text).with_context(cannot)?;
    let found = match manifest.get("format") {
        Some(Value::String(format)) if format == APOLLO => apollo(&manifest),
        _ => manifest.into_iter().map(plain).collect(),
    };
    found.with_context(cannot)
}

fn plain((id, text): (String, Value)) -> anyhow::Result<Found> {
    let Value::String(text) = text else {
        bail!("`{id}` must be the text of a document");
    };
    let name = format!("the document `{id}`");
    Ok(Found {
        id: Some(id),
        text,
        name,
    })
}

fn apollo(manifest: &Map<String, Value>) -> anyhow::Result<Vec<Found>> {
    ensure!(
        manifest.get("version").and_then(Value::as_u64) == Some(1),
        "its `version` must be 1"
    );
    let operations = manifest
        .get("operations")
        .and_then(Value::as_array)
        .context("`operations` must be a list")?;
    operations.iter().map(apollo_operation).collect()
}

fn apollo_operation(operation: &Value) -> anyhow::Result<Found> {
    let field = |name: &str| operation.get(name).and_then(Value::as_str);
    let (Some(id), Some(body)) = (field("id"), field("body")) else {
        bail!("each of `operations` must have `id` and `body`");
    };
    Ok(Found {
        id: Some(id.to_owned()),
        text: body.to_owned(),
        name: format!("the operation `{}`", field("name").unwrap_or(id)),
    })
}

/// Reads a file, and adds its size to `total`.
fn read(path: &Path, total: &mut u64) -> anyhow::Result<String> {
    let cannot = || format!("cannot read {}", path.display());
    *total += fs::metadata(path).with_context(cannot)?.len();
    ensure!(
        *total <= MAX_BYTES,
        "{}: trusted documents may have {MAX_BYTES} bytes in all",
        path.display()
    );
    fs::read_to_string(path).with_context(cannot)
}
