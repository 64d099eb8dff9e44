//! Trusted documents: read at the start, requested by their ids.

mod hash;
mod manifest;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use self::hash::{hash, is_hash, key};
use self::manifest::Found;
use super::reply::request_error;
use super::request::DocumentRef;
use crate::error::Code;
use crate::operation::{Answer, Operations};

/// The most documents that are accepted.
const MAX_DOCUMENTS: usize = 10_000;
/// A document, and whether it was found among the trusted ones.
#[derive(Debug)]
pub(super) struct Document {
    pub text: String,
    pub is_trusted: bool,
}

/// The documents that clients may name, and whether they may send others.
#[derive(Debug, Default)]
pub struct Documents {
    /// The texts by id; a SHA-256 is kept without its prefix.
    texts: HashMap<String, String>,
    only: bool,
}

impl Documents {
    /// Reads a folder of `*.graphql` files, or a manifest. With `only`, no other document is accepted.
    ///
    /// # Errors
    /// Fails when there is none, there are too many, or one is not valid, costs too much or does not match its hash.
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
        ensure!(
            found.len() <= MAX_DOCUMENTS,
            "there are more than {MAX_DOCUMENTS}"
        );
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

    /// The number of documents.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// Returns the document that a request names.
    pub(super) fn find(&self, document: DocumentRef) -> Result<Document, Answer> {
        match document {
            DocumentRef::Text(text) => self.check_trusted(text),
            DocumentRef::Id(id) => self.trusted_document(&id).ok_or_else(|| {
                let message = "there is no trusted document with this id";
                request_error(Code::PersistedQueryNotFound, message)
            }),
            DocumentRef::Hash { hash: given, text } => match (self.trusted_document(&given), text) {
                (_, Some(text)) if hash(&text) != key(&given) => Err(request_error(
                    Code::BadUserInput,
                    "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`",
                )),
                (Some(trusted), _) => Ok(trusted),
                (None, Some(text)) => self.check_trusted(text),
                // Apollo's clients recognize it by this message.
                (None, None) => Err(request_error(
                    Code::PersistedQueryNotFound,
                    "PersistedQueryNotFound",
                )),
            },
        }
    }

    fn trusted_document(&self, id: &str) -> Option<Document> {
        let text = self.texts.get(key(id)).cloned()?;
        Some(Document {
            text,
            is_trusted: true,
        })
    }

    fn check_trusted(&self, text: String) -> Result<Document, Answer> {
        if self.only {
            let message = "this server runs trusted documents only: name one by `documentId`";
            Err(request_error(Code::Forbidden, message))
        } else {
            Ok(Document {
                text,
                is_trusted: false,
            })
        }
    }
}
