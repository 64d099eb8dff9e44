//! Mistakes in a document with messages that tell how to correct them: unknown names, missing and superfluous selections,
//! missing arguments and input fields, values of another type.
//!
//! The compiler finds the same mistakes, and others, but suggests nothing. Its message is used for every error at a
//! position that is not explained here. This runs for invalid documents only.

mod unknown_name;
mod value;
mod variable;

use std::collections::HashSet;

use apollo_compiler::ast::{
    Argument, Definition, Directive, DirectiveList, DirectiveLocation, Document, Field, FragmentDefinition,
    FragmentSpread, InputValueDefinition, OperationType, Selection, VariableDefinition,
};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema};
use async_graphql::Pos;

use self::unknown_name::{unknown_field, unknown_type};
pub(super) use self::variable::undefined_variable;
use crate::operation::error::position;
use crate::operation::params::Introspection;
use crate::operation::suggestion::did_you_mean;

/// The most mistakes that are described. Each description may compare a name with all names of a type or of the schema,
/// and far fewer are reported.
const DESCRIBED: usize = 100;

/// The mistakes of a document.
pub(super) struct Mistakes {
    /// The messages and their positions, in the order of the document.
    pub found: Vec<(String, Pos)>,
    /// The positions that need no other message: those of the mistakes, and of the fields that contain them.
    pub explained: HashSet<Pos>,
}

/// Finds the mistakes of a document whose size was checked. Names of the schema are suggested if `introspection` is
/// allowed.
pub(super) fn find_mistakes(schema: &Schema, introspection: Introspection, document: &Document) -> Mistakes {
    let fragments = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some(fragment),
            _ => None,
        });
    let mut search = Search {
        schema,
        introspection,
        document,
        fragments: fragments.collect(),
        mistakes: Mistakes {
            found: Vec::new(),
            explained: HashSet::new(),
        },
        skips: false,
        untyped: HashSet::new(),
    };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                let location = match operation.operation_type {
                    OperationType::Query => DirectiveLocation::Query,
                    OperationType::Mutation => DirectiveLocation::Mutation,
                    OperationType::Subscription => DirectiveLocation::Subscription,
                };
                search.directives(&operation.directives, location);
                search.variables(&operation.variables);
                if let Some(root) = schema.root_operation(operation.operation_type) {
                    search.selections(root, &operation.selection_set);
                }
            }
            Definition::FragmentDefinition(fragment) => {
                search.directives(&fragment.directives, DirectiveLocation::FragmentDefinition);
                let span = fragment.location();
                search.fragment(&fragment.type_condition, &fragment.selection_set, span);
            }
            _ => {}
        }
    }
    search.uses();
    search.mistakes
}

struct Search<'a> {
    schema: &'a Schema,
    introspection: Introspection,
    document: &'a Document,
    fragments: Vec<&'a Node<FragmentDefinition>>,
    mistakes: Mistakes,
    /// Whether a part of the document was skipped because it belongs to an unknown name.
    skips: bool,
    /// The variables of an unknown type.
    untyped: HashSet<Name>,
}

impl<'a> Search<'a> {
    fn report(&mut self, span: Option<SourceSpan>, message: impl FnOnce(&Self) -> String) {
        let Some(position) = position(&self.document.sources, span) else {
            return;
        };
        self.mistakes.explained.insert(position);
        if self.mistakes.found.len() < DESCRIBED {
            let message = message(self);
            self.mistakes.found.push((message, position));
        }
    }

    fn explain(&mut self, span: Option<SourceSpan>) {
        self.mistakes
            .explained
            .extend(position(&self.document.sources, span));
    }

    fn did_you_mean<'c>(&self, name: &str, candidates: impl IntoIterator<Item = &'c Name>) -> String {
        let candidates = candidates.into_iter().map(Name::as_str);
        self.introspection.did_you_mean(name, candidates)
    }

    fn variables(&mut self, variables: &'a [Node<VariableDefinition>]) {
        for variable in variables {
            self.directives(&variable.directives, DirectiveLocation::VariableDefinition);
            let (name, ty) = (&variable.name, variable.ty.inner_named_type());
            match self.schema.types.get(ty) {
                Some(definition) if definition.is_input_type() => {
                    if let Some(default) = &variable.default_value {
                        self.value(&variable.ty, default);
                    }
                    continue;
                }
                Some(_) => self.report(variable.ty.location(), |_| {
                    format!("variable `${name}` cannot be of type `{ty}`, which is not an input type")
                }),
                None => self.report(variable.ty.location(), |search| {
                    unknown_type(
                        search.schema,
                        search.introspection,
                        ty,
                        ExtendedType::is_input_type,
                    )
                }),
            }
            self.explain(variable.location());
            self.untyped.insert(name.clone());
        }
    }

    fn selections(&mut self, parent: &str, set: &'a [Selection]) {
        for selection in set {
            match selection {
                Selection::Field(field) => self.field(parent, field),
                Selection::FragmentSpread(spread) => self.spread(spread),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives, DirectiveLocation::InlineFragment);
                    let set = &fragment.selection_set;
                    match &fragment.type_condition {
                        Some(condition) => self.fragment(condition, set, fragment.location()),
                        None => self.selections(parent, set),
                    }
                }
            }
        }
    }

    fn spread(&mut self, spread: &'a Node<FragmentSpread>) {
        self.directives(&spread.directives, DirectiveLocation::FragmentSpread);
        let name = &spread.fragment_name;
        let mut fragments = self.fragments.iter().copied();
        match fragments.find(|fragment| fragment.name == *name) {
            Some(fragment) if self.is_composite(&fragment.type_condition) => {}
            // The compiler drops such a fragment, and then misses it.
            Some(_) => self.explain(spread.location()),
            None => self.report(spread.location(), |search| {
                let known = search.fragments.iter().map(|fragment| fragment.name.as_str());
                let suggestion = did_you_mean(name, known);
                format!("the document has no fragment `{name}`{suggestion}")
            }),
        }
    }

    fn fragment(&mut self, condition: &'a Name, set: &'a [Selection], span: Option<SourceSpan>) {
        if self.is_composite(condition) {
            return self.selections(condition, set);
        }
        self.report(condition.location(), |search| {
            if search.schema.types.contains_key(condition) {
                return format!(
                    "a fragment cannot be on `{condition}`, which is not an object type, an interface or a union"
                );
            }
            let is_composite = |definition: &ExtendedType| definition.is_output_type() && !definition.is_leaf();
            unknown_type(search.schema, search.introspection, condition, is_composite)
        });
        self.explain(span);
        // The compiler looks for the fields of a type that has none.
        for selection in set {
            if let Selection::Field(field) = selection {
                self.explain(field.name.location());
            }
        }
        self.skips = true;
    }

    fn is_composite(&self, name: &str) -> bool {
        let definition = self.schema.types.get(name);
        definition.is_some_and(|definition| definition.is_output_type() && !definition.is_leaf())
    }

    fn field(&mut self, parent: &str, field: &'a Node<Field>) {
        self.directives(&field.directives, DirectiveLocation::Field);
        let schema = self.schema;
        let Ok(definition) = schema.type_field(parent, &field.name) else {
            self.report(field.name.location(), |search| {
                unknown_field(search.schema, search.introspection, parent, &field.name)
            });
            self.skips = true;
            return;
        };
        let owner = format!("{parent}.{}", field.name);
        self.arguments(&owner, &field.arguments, &definition.arguments, field.location());
        let before = self.mistakes.explained.len();
        self.selection_of(field, definition);
        if self.mistakes.explained.len() > before {
            self.explain(field.location());
        }
    }

    /// Checks that an object has a selection and a leaf has none.
    fn selection_of(&mut self, field: &'a Node<Field>, definition: &FieldDefinition) {
        let of = definition.ty.inner_named_type();
        let is_leaf = self.schema.types.get(of).is_some_and(ExtendedType::is_leaf);
        let (name, ty) = (&field.name, &definition.ty);
        match (is_leaf, field.selection_set.is_empty()) {
            (true, false) => self.report(field.location(), |_| {
                format!("the field `{name}` of type `{ty}` has no fields to select")
            }),
            (false, true) => self.report(field.location(), |_| {
                format!("the field `{name}` of type `{ty}` must have a selection set: `{name} {{ ... }}`")
            }),
            _ => self.selections(of, &field.selection_set),
        }
    }

    fn directives(&mut self, directives: &DirectiveList, location: DirectiveLocation) {
        for directive in directives {
            self.directive(directive, location);
        }
    }

    fn directive(&mut self, directive: &Node<Directive>, location: DirectiveLocation) {
        let (schema, name) = (self.schema, &directive.name);
        let Some(definition) = schema.directive_definitions.get(name) else {
            return self.report(directive.location(), |search| {
                let known = search.schema.directive_definitions.values();
                let known = known.filter(|known| known.locations.contains(&location));
                let known: Vec<String> = known.map(|known| format!("@{}", known.name)).collect();
                let name = format!("@{name}");
                let known = known.iter().map(String::as_str);
                let suggestion = search.introspection.did_you_mean(&name, known);
                format!("unknown directive `{name}`{suggestion}")
            });
        };
        if !definition.locations.contains(&location) {
            return self.report(directive.location(), |_| {
                format!("the directive `@{name}` cannot be used on {}", place(location))
            });
        }
        let owner = format!("@{name}");
        let span = directive.location();
        self.arguments(&owner, &directive.arguments, &definition.arguments, span);
    }

    fn arguments(
        &mut self,
        owner: &str,
        given: &[Node<Argument>],
        defined: &[Node<InputValueDefinition>],
        span: Option<SourceSpan>,
    ) {
        for argument in given {
            let name = &argument.name;
            if let Some(definition) = defined.iter().find(|definition| definition.name == *name) {
                self.value(&definition.ty, &argument.value);
                let variable = argument.value.as_variable();
                if variable.is_some_and(|variable| self.untyped.contains(variable)) {
                    self.explain(argument.location());
                }
            } else {
                self.report(argument.location(), |search| {
                    let known = defined.iter().map(|definition| &definition.name);
                    let suggestion = search.did_you_mean(name, known);
                    format!("`{owner}` has no argument `{name}`{suggestion}")
                });
            }
        }
        for definition in defined.iter().filter(|definition| definition.is_required()) {
            let mut given = given.iter();
            let (name, ty) = (&definition.name, &definition.ty);
            match given.find(|argument| argument.name == *name) {
                // It is reported with the value.
                Some(argument) if argument.value.is_null() => self.explain(span),
                Some(_) => {}
                None => self.report(span, |_| {
                    format!("`{owner}` requires the argument `{name}` of type `{ty}`")
                }),
            }
        }
    }
}

/// The place of a directive, in words.
fn place(location: DirectiveLocation) -> &'static str {
    match location {
        DirectiveLocation::Field => "a field",
        DirectiveLocation::FragmentDefinition | DirectiveLocation::InlineFragment => "a fragment",
        DirectiveLocation::FragmentSpread => "the spread of a fragment",
        DirectiveLocation::VariableDefinition => "a variable",
        _ => "an operation",
    }
}
