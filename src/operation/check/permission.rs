//! The permission that each field requires, read from its `@requiresPermission` in the schema.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InterfaceType};

use crate::model::Permission;

const DIRECTIVE: &str = "requiresPermission";

/// The permissions required by all guarded fields, by object type and field.
#[derive(Debug, Default)]
pub(in crate::operation) struct PermissionTable(HashMap<String, HashMap<String, Permission>>);

impl PermissionTable {
    /// Reads the table from a schema. Fails on an unknown permission, and on an interface's field whose guard is missing on
    /// the same field of an object type: resolvers run on object types, so that the guard would have no effect.
    pub(in crate::operation) fn read(schema: &Schema) -> anyhow::Result<Self> {
        let mut table = Self::default();
        for (name, definition) in &schema.types {
            if let ExtendedType::Object(object) = definition {
                for (field, definition) in &object.fields {
                    if let Some(permission) = permission(definition)? {
                        let fields = table.0.entry(name.to_string()).or_default();
                        fields.insert(field.to_string(), permission);
                    }
                }
            }
        }
        for definition in schema.types.values() {
            if let ExtendedType::Interface(interface) = definition {
                table.check(schema, interface)?;
            }
        }
        Ok(table)
    }

    /// Returns the permission that a field of an object type requires, if any.
    pub(in crate::operation) fn required_permission(&self, object: &str, field: &str) -> Option<Permission> {
        self.0.get(object)?.get(field).copied()
    }

    fn check(&self, schema: &Schema, interface: &InterfaceType) -> anyhow::Result<()> {
        for (field, definition) in &interface.fields {
            let Some(required) = permission(definition)? else {
                continue;
            };
            for (object, definition) in &schema.types {
                let guarded = !definition.is_object()
                    || !schema.is_subtype(&interface.name, object)
                    || self.required_permission(object, field) == Some(required);
                ensure!(
                    guarded,
                    "{object}.{field} must require `{required}` as {}.{field} does",
                    interface.name
                );
            }
        }
        Ok(())
    }
}

fn permission(definition: &FieldDefinition) -> anyhow::Result<Option<Permission>> {
    let Some(directive) = definition.directives.get(DIRECTIVE) else {
        return Ok(None);
    };
    let name = directive
        .specified_argument_by_name("permission")
        .and_then(|value| value.as_str())
        .with_context(|| format!("@{DIRECTIVE} of `{}` names no permission", definition.name))?;
    Ok(Some(name.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = "directive @requiresPermission(permission: String!) on FIELD_DEFINITION\n";

    fn read(types: &str) -> anyhow::Result<PermissionTable> {
        PermissionTable::read(&Schema::parse(format!("{DEFINITION}{types}"), "schema.graphql").unwrap())
    }

    #[test]
    fn an_unknown_permission_fails_the_start() {
        let refused = read(r#"type Query { a: Int @requiresPermission(permission: "a:b:c") }"#);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "no permission is called `a:b:c`"
        );
    }

    #[test]
    fn a_guard_on_an_interface_alone_fails_the_start() {
        let types = |guard: &str| {
            format!(
                r#"type Query {{ n: N }} interface N {{ a: Int @requiresPermission(permission: "externalContacts:note:view") }}
                type O implements N {{ a: Int {guard} }}"#
            )
        };
        let refused = read(&types("")).unwrap_err().to_string();
        assert_eq!(
            refused,
            "O.a must require `externalContacts:note:view` as N.a does"
        );
        let guarded = read(&types(
            r#"@requiresPermission(permission: "externalContacts:note:view")"#,
        ));
        assert_eq!(
            guarded.unwrap().required_permission("O", "a"),
            Some(Permission::NoteView)
        );
    }
}
