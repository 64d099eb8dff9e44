//! From text to a document that is valid for the schema.

use apollo_compiler::ast::{DirectiveList, Document, FieldDefinition, Type};
use apollo_compiler::parser::{Parser, SourceMap, SourceSpan};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Schema};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Pos, ServerError};

use super::answer::{Answer, Code, error};
use super::description::blank;
use super::pairs::unpaired;
use super::rules;
use crate::limits::Limits;

/// The parser's own limit; it counts more than brackets, which the scan has bounded already.
const RECURSION: usize = 256;

/// Reads the schema, as async-graphql's plain `sdl()` prints it. That export has `_entities` and
/// `_service` too if the schema is federated, which the export for a gateway leaves out.
pub(super) fn parse_schema(sdl: &str) -> anyhow::Result<Valid<Schema>> {
    let refused = |failed: DiagnosticList| anyhow::anyhow!("the schema is not valid: {failed}");
    let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|failed| refused(failed.errors))?;
    add_is_one_of(&mut schema);
    schema.validate().map_err(|failed| refused(failed.errors))
}

/// `__Type.isOneOf` came with the September 2025 edition; the compiler's introspection types are older.
fn add_is_one_of(schema: &mut Schema) {
    let name = Name::new_static_unchecked("isOneOf");
    if let Some(ExtendedType::Object(object)) = schema.types.get_mut("__Type") {
        let definition = FieldDefinition {
            description: None,
            name: name.clone(),
            arguments: Vec::new(),
            ty: Type::Named(Name::new_static_unchecked("Boolean")),
            directives: DirectiveList::default(),
        };
        object
            .make_mut()
            .fields
            .entry(name)
            .or_insert_with(|| Component::new(definition));
    }
}

/// Reads a text that was scanned.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Document, Answer> {
    let text = blank(text);
    let document = Parser::new()
        .recursion_limit(RECURSION)
        .parse_ast(text.as_str(), "operation.graphql")
        .map_err(|failed| refusal(Code::ParseFailed, told(&failed.errors), limits))?;
    let Some((name, at)) = unpaired(&text) else {
        return Ok(document);
    };
    let message = format!("syntax error: `{name}` has no value");
    Err(Answer::refuse(Code::ParseFailed, message, Some(at)))
}

/// Validates a document that was measured; every error is named once, with all its places.
pub(super) fn validate(
    schema: &Valid<Schema>,
    document: &Document,
    limits: &Limits,
) -> Result<Valid<ExecutableDocument>, Answer> {
    let document = match document.to_executable_validate(schema) {
        Ok(document) => document,
        // The compiler counts the fields of a subscription's root, where the specification counts keys.
        Err(failed) if count_root_fields(&failed.errors) && rules::have_one_root_key(&failed.partial) => {
            Valid::assume_valid(failed.partial)
        }
        Err(failed) => return Err(refusal(Code::ValidationFailed, told(&failed.errors), limits)),
    };
    let broken = rules::check(schema, &document);
    if broken.is_empty() {
        return Ok(document);
    }
    let broken = broken
        .into_iter()
        .map(|(message, span)| (message, place(&document.sources, span).into_iter().collect()));
    Err(refusal(Code::ValidationFailed, broken, limits))
}

/// Whether they are about subscriptions of several root fields, and nothing else.
fn count_root_fields(found: &DiagnosticList) -> bool {
    let mut errors = found.iter().map(|diagnostic| diagnostic.to_json());
    errors.all(|error| error.message.ends_with("can only have one root field"))
}

fn told(found: &DiagnosticList) -> impl Iterator<Item = (String, Vec<Pos>)> {
    let errors: Vec<_> = found.iter().map(|diagnostic| diagnostic.to_json()).collect();
    let follows = |message: &str| message.ends_with("must have a subselection set");
    // A field whose selections are all wrong is called one without selections.
    let is_alone = errors.iter().all(|error| follows(&error.message));
    let errors = errors
        .into_iter()
        .filter(move |error| is_alone || !follows(&error.message));
    errors.map(|error| {
        let places = error.locations.iter().map(|place| Pos {
            line: place.line,
            column: place.column,
        });
        (error.message, places.collect())
    })
}

/// Names as many errors as the limit allows, and as many places of each: a short document can have thousands.
fn refusal(code: Code, told: impl Iterator<Item = (String, Vec<Pos>)>, limits: &Limits) -> Answer {
    let most = usize::try_from(limits.reported_errors).unwrap_or(usize::MAX);
    let mut errors = IndexMap::<String, ServerError>::new();
    for (message, places) in told {
        if errors.len() == most && !errors.contains_key(&message) {
            continue;
        }
        let known = errors
            .entry(message)
            .or_insert_with_key(|message| error(code, message, None));
        let room = most.saturating_sub(known.locations.len());
        known.locations.extend(places.into_iter().take(room));
    }
    Answer::refusal(errors.into_values().collect())
}

/// Where in the operation's text something stands, as line and column from 1.
pub(super) fn place(sources: &SourceMap, span: Option<SourceSpan>) -> Option<Pos> {
    let place = span?.line_column(sources)?;
    Some(Pos {
        line: place.line,
        column: place.column,
    })
}
