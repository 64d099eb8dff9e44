//! A cache of operations: clients send the same texts again and again.
//!
//! The cached values depend on the text alone, not on a request's variables or its caller. Keys are compared as whole
//! texts, so that no other text can pass for one that was checked.

use std::sync::Arc;

use moka::sync::Cache;

use super::parsed_operation::ParsedOperation;
use crate::metrics::{Found, METRICS};
use crate::operation::answer::Answer;

/// The name of the cache in metrics.
const NAME: &str = "operations";
/// The estimated bytes of memory for a byte of the text.
const BYTES_OF_TEXT: usize = 48;
/// The estimated bytes of memory for a planned field.
const BYTES_OF_FIELD: usize = 400;

/// The text of a document and the name of one of its operations.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub(in crate::operation) struct OperationKey {
    pub query: String,
    pub operation_name: Option<String>,
}

/// The operations that were used last, within a limit of memory.
#[derive(Debug)]
pub(in crate::operation) struct OperationCache(Cache<OperationKey, Arc<ParsedOperation>>);

impl OperationCache {
    /// Makes a cache that keeps up to so many bytes.
    pub(in crate::operation) fn with_capacity(bytes: u64) -> Self {
        let cache = Cache::builder().max_capacity(bytes).weigher(
            |key: &OperationKey, operation: &Arc<ParsedOperation>| {
                u32::try_from(estimated_bytes(key, operation)).unwrap_or(u32::MAX)
            },
        );
        Self(cache.build())
    }

    /// Returns the cached operation, or reads it. A document that cannot be read is not cached.
    pub(in crate::operation) fn get_or_read(
        &self,
        key: OperationKey,
        read: impl FnOnce(&OperationKey) -> Result<ParsedOperation, Answer>,
    ) -> Result<Arc<ParsedOperation>, Answer> {
        if let Some(operation) = self.0.get(&key) {
            METRICS.looked_up(NAME, Found::Hit);
            return Ok(operation);
        }
        METRICS.looked_up(NAME, Found::Miss);
        let operation = Arc::new(read(&key)?);
        self.0.insert(key, operation.clone());
        Ok(operation)
    }
}

/// Estimates the memory of an operation with all the plans that may be kept of it.
fn estimated_bytes(key: &OperationKey, operation: &ParsedOperation) -> usize {
    key.query.len() * BYTES_OF_TEXT + operation.size() * BYTES_OF_FIELD * operation.possible_plans()
}
