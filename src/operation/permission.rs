//! Which permission a field needs: read from the schema, where `@requiresPermission` says so.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InterfaceType};

use crate::model::Permission;

const DIRECTIVE: &str = "requiresPermission";

/// The permissions of all guarded fields, by object type and field.
#[derive(Debug, Default)]
pub(super) struct PermissionTable(HashMap<String, HashMap<String, Permission>>);

impl PermissionTable {
    /// Reads the table. Fails on a permission nobody knows, and on an interface's field that is guarded
    /// more than the same field of an object: resolvers run on objects, so that guard would not hold.
    pub(super) fn read(schema: &Schema) -> anyhow::Result<Self> {
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

    /// The permission that a field of an object type needs, if it needs one.
    pub(super) fn needs(&self, on: &str, field: &str) -> Option<Permission> {
        self.0.get(on)?.get(field).copied()
    }

    fn check(&self, schema: &Schema, interface: &InterfaceType) -> anyhow::Result<()> {
        for (field, definition) in &interface.fields {
            let Some(needed) = permission(definition)? else {
                continue;
            };
            for (object, definition) in &schema.types {
                let guarded = !definition.is_object()
                    || !schema.is_subtype(&interface.name, object)
                    || self.needs(object, field) == Some(needed);
                ensure!(
                    guarded,
                    "{object}.{field} must need `{needed}` as {}.{field} does",
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
    fn an_unknown_permission_is_refused_at_the_start() {
        let refused = read(r#"type Query { a: Int @requiresPermission(permission: "a:b:c") }"#);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "no permission is called `a:b:c`"
        );
    }

    #[test]
    fn a_guard_on_an_interface_alone_is_refused_at_the_start() {
        let types = |guard: &str| {
            format!(
                r#"type Query {{ n: N }} interface N {{ a: Int @requiresPermission(permission: "externalContacts:note:view") }}
                type O implements N {{ a: Int {guard} }}"#
            )
        };
        let refused = read(&types("")).unwrap_err().to_string();
        assert_eq!(refused, "O.a must need `externalContacts:note:view` as N.a does");
        let guarded = read(&types(
            r#"@requiresPermission(permission: "externalContacts:note:view")"#,
        ));
        assert_eq!(guarded.unwrap().needs("O", "a"), Some(Permission::NoteView));
    }
}
