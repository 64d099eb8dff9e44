//! Nodes of async-graphql's syntax tree.

use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::{Name, Pos, Positioned, Value};

/// Puts a node at a position.
pub(super) fn at<T>(position: Pos, node: T) -> Positioned<T> {
    Positioned::new(node, position)
}

/// Makes a field without arguments and selections.
pub(super) fn field(key: &Name, name: &Name, position: Pos) -> Field {
    Field {
        alias: (key != name).then(|| at(position, key.clone())),
        name: at(position, name.clone()),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: at(position, SelectionSet::default()),
    }
}

/// Adds an argument to a field.
pub(super) fn add_argument(field: &mut Field, name: &str, value: Value) {
    let position = field.name.pos;
    let argument = (at(position, Name::new(name)), at(position, value.into_value()));
    field.arguments.push(argument);
}
