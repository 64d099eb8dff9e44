//! Trusted documents: read at the start, asked for by their ids.

mod manifest;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::digest::{SHA256, digest};

use super::params::Named;
use super::refusal::refusal;
use crate::error::Code;
use crate::operation::{Answer, Operations};

/// How many there may be.
const MOST: usize = 10_000;
/// How large a manifest, or a folder's files together, may be, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The documents that clients may name, and whether they may send others.
#[derive(Debug, Default)]
pub struct Documents {
    /// By id; where that is a SHA-256, by its 64 hexadecimal digits alone.
    texts: HashMap<String, String>,
    only: bool,
}

/// A document, and where it was found.
struct Found {
    id: Option<String>,
    text: String,
    name: String,
}

impl Documents {
    /// Reads a folder of `*.graphql` files, or a manifest. With `only`, no other document is accepted.
    ///
    /// # Errors
    /// When there is none, there are too many, or one does not validate or is not what its id says.
    pub fn load(path: &Path, only: bool, operations: &Operations) -> anyhow::Result<Self> {
        let found = if path.is_dir() {
            manifest::folder(path)
        } else {
            manifest::file(path)
        };
        Self::check(found?, only, operations)
            .with_context(|| format!("cannot trust the documents in {}", path.display()))
    }

    fn check(found: Vec<Found>, only: bool, operations: &Operations) -> anyhow::Result<Self> {
        ensure!(!found.is_empty(), "there are none");
        ensure!(found.len() <= MOST, "there are more than {MOST}");
        let mut texts = HashMap::with_capacity(found.len());
        for Found { id, text, name } in found {
            let hash = hash(&text);
            let id = id.map_or_else(|| hash.clone(), |id| key(&id).to_owned());
            if is_hash(&id) && id != hash {
                bail!("{name}: its id says SHA-256 {id}, but it has {hash}");
            }
            if let Err(refused) = operations.check(&text) {
                let message = refused.errors().first().map(|error| error.message.clone());
                bail!("{name}: {}", message.unwrap_or_default());
            }
            let other = texts.insert(id, text.clone());
            ensure!(
                other.is_none_or(|other| other == text),
                "{name}: there is another with this id"
            );
        }
        Ok(Self { texts, only })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// The text to run.
    pub(super) fn find(&self, document: Named) -> Result<String, Answer> {
        match document {
            Named::Text(text) => self.admit(text),
            Named::Id(id) => self.trusted(&id).ok_or_else(|| {
                let message = "there is no trusted document with this id";
                refusal(Code::PersistedQueryNotFound, message)
            }),
            Named::Hash { hash: given, text } => match (self.trusted(&given), text) {
                (_, Some(text)) if hash(&text) != key(&given) => Err(refusal(
                    Code::BadUserInput,
                    "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`",
                )),
                (Some(trusted), _) => Ok(trusted),
                (None, Some(text)) => self.admit(text),
                // Apollo's clients know it by this message.
                (None, None) => Err(refusal(Code::PersistedQueryNotFound, "PersistedQueryNotFound")),
            },
        }
    }

    fn trusted(&self, id: &str) -> Option<String> {
        self.texts.get(key(id)).cloned()
    }

    fn admit(&self, text: String) -> Result<String, Answer> {
        if self.only {
            let message = "this server runs trusted documents only: name one by `documentId`";
            Err(refusal(Code::Forbidden, message))
        } else {
            Ok(text)
        }
    }
}

/// The hexadecimal SHA-256 of a text.
fn hash(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        for half in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(half.into(), 16));
        }
    }
    hex
}

/// What a document is kept under. The prefix is how the GraphQL-over-HTTP specification writes a SHA-256.
fn key(id: &str) -> &str {
    id.strip_prefix("sha256:")
        .filter(|hash| is_hash(hash))
        .unwrap_or(id)
}

fn is_hash(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
