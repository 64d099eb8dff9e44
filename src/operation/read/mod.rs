//! The first part of the pipeline: from the text of a document to its syntax tree, and to operations that are kept for
//! the next request with the same text.

mod cache;
mod ignored;
mod missing_value;
mod parse;
mod parsed_operation;
mod scan;
mod syntax_error;
mod token;

pub(super) use self::cache::{OperationCache, OperationKey};
pub(super) use self::parse::parse;
pub(super) use self::parsed_operation::ParsedOperation;
