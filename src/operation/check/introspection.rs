//! The size of the schema that an operation reads.
//!
//! Reading the schema costs nothing, and its answers are as long as the schema. Requested again and again under aliases,
//! or in circles from types to their fields and on to the types of these, a short document could have an answer of any
//! size. The values of the answer are therefore counted before it runs, by the lengths of the schema's lists.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::params::Introspection;
use crate::operation::plan::{Fold, Plan, PlannedField};
use crate::operation::schema::{PossibleTypes, reads_schema};

/// The lengths of the lists that introspection returns.
#[derive(Debug)]
pub(in crate::operation) struct Lengths {
    types: usize,
    directives: usize,
    /// The average of all types or fields, rounded up.
    average: Lists,
    /// The longest of any type or field.
    longest: Lists,
}

/// The lengths of the lists of a type or a field.
#[derive(Clone, Copy, Debug, Default)]
struct Lists {
    fields: usize,
    arguments: usize,
    enum_values: usize,
    types: usize,
}

/// The objects from which a field is requested.
#[derive(Clone, Copy)]
pub(in crate::operation) enum Of {
    /// Every type, or every field of every type; each occurs once.
    All,
    /// A single one, which may be any.
    One,
}

impl Lengths {
    /// Measures a schema.
    pub(in crate::operation) fn of(schema: &Schema, possible: &PossibleTypes) -> Self {
        let (mut sum, mut longest) = (Lists::default(), Lists::default());
        let mut fields = 0;
        for (name, definition) in &schema.types {
            let lists = Lists::of_type(definition, possible.get(name.as_str()).map_or(0, Vec::len));
            sum = sum.combine(lists, |a, b| a + b);
            longest = longest.combine(lists, usize::max);
            for arguments in arguments_of(definition) {
                fields += 1;
                sum.arguments += arguments;
                longest.arguments = longest.arguments.max(arguments);
            }
        }
        let directives = schema.directive_definitions.values();
        longest.arguments = longest
            .arguments
            .max(directives.map(|it| it.arguments.len()).max().unwrap_or_default());
        let types = schema.types.len().max(1);
        let average = Lists {
            fields: sum.fields.div_ceil(types),
            arguments: sum.arguments.div_ceil(fields.max(1)),
            enum_values: sum.enum_values.div_ceil(types),
            types: sum.types.div_ceil(types),
        };
        Self {
            types,
            directives: schema.directive_definitions.len(),
            average,
            longest,
        }
    }

    /// Refuses to show the schema to a caller that may not read it, and to show more of it than the limit allows.
    pub(in crate::operation) fn check(
        &self,
        plan: &Plan,
        introspection: Introspection,
        limits: &Limits,
    ) -> Result<(), Answer> {
        let shows_schema = |name: &str| reads_schema(name) || name == "_service";
        let shown = || plan.fields.iter().filter(|field| shows_schema(&field.name));
        if introspection == Introspection::Refused
            && let Some(field) = shown().next()
        {
            let message = format!(
                "introspection is not allowed here, but the operation has `{}`",
                field.name
            );
            return Err(Answer::refuse(
                Code::ValidationFailed,
                message,
                Some(field.position),
            ));
        }
        let values = self.object(shown().map(|field| field.fold(self, Of::One)));
        check_limit(
            limits.introspected_values,
            values,
            "values of the schema in its answer",
        )
    }

    /// Returns how many values a field has, and the objects from which its selection is requested.
    fn list(&self, name: &str, of: Of) -> (usize, Of) {
        let lists = match of {
            Of::All => self.average,
            Of::One => self.longest,
        };
        match name {
            "types" => (self.types, Of::All),
            "directives" => (self.directives, Of::One),
            "fields" | "inputFields" => (lists.fields, of),
            "args" => (lists.arguments, of),
            "enumValues" => (lists.enum_values, of),
            "interfaces" | "possibleTypes" => (lists.types, Of::One),
            _ => (1, Of::One),
        }
    }
}

impl Fold for Lengths {
    type Place = Of;
    type Output = usize;

    fn place_below(&self, field: &PlannedField, of: Of) -> Of {
        self.list(&field.name, of).1
    }

    fn field(&self, field: &PlannedField, of: Of, selection: Option<usize>) -> usize {
        let (length, _) = self.list(&field.name, of);
        let one = selection.unwrap_or_default().saturating_add(1);
        one.saturating_mul(length)
    }

    fn object(&self, fields: impl Iterator<Item = usize>) -> usize {
        fields.fold(0, usize::saturating_add)
    }

    /// Introspection has no abstract types; `_service` has none either.
    fn possible_types<'p>(&self, _: &PlannedField, plans: impl Iterator<Item = (&'p Plan, usize)>) -> usize {
        plans.map(|(_, values)| values).max().unwrap_or_default()
    }
}

impl Lists {
    /// Measures a type. `possible` is the number of types that it can be, for an interface or a union.
    fn of_type(definition: &ExtendedType, possible: usize) -> Self {
        let (fields, enum_values, types) = match definition {
            ExtendedType::Scalar(_) => (0, 0, 0),
            ExtendedType::Object(object) => (object.fields.len(), 0, object.implements_interfaces.len()),
            ExtendedType::Interface(interface) => (interface.fields.len(), 0, possible),
            ExtendedType::Union(_) => (0, 0, possible),
            ExtendedType::Enum(values) => (0, values.values.len(), 0),
            ExtendedType::InputObject(input) => (input.fields.len(), 0, 0),
        };
        Self {
            fields,
            arguments: 0,
            enum_values,
            types,
        }
    }

    fn combine(self, other: Self, joined: impl Fn(usize, usize) -> usize) -> Self {
        Self {
            fields: joined(self.fields, other.fields),
            arguments: joined(self.arguments, other.arguments),
            enum_values: joined(self.enum_values, other.enum_values),
            types: joined(self.types, other.types),
        }
    }
}

/// Lists the number of arguments of each field.
fn arguments_of(definition: &ExtendedType) -> Vec<usize> {
    match definition {
        ExtendedType::Object(object) => object
            .fields
            .values()
            .map(|field| field.arguments.len())
            .collect(),
        ExtendedType::Interface(interface) => interface
            .fields
            .values()
            .map(|field| field.arguments.len())
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Permissions;
    use crate::operation::{Operations, Params};

    const SCHEMA: &str = include_str!("../../../schema.graphql");

    /// The fragments that tools use to read the whole schema, with types wrapped up to nine times.
    fn whole_schema() -> String {
        let of_type = (0..9).fold("kind name".to_owned(), |inner, _| {
            format!("kind name ofType {{ {inner} }}")
        });
        format!(
            "fragment R on __Type {{ {of_type} }}
            fragment I on __InputValue {{ name description type {{ ...R }} defaultValue isDeprecated deprecationReason }}
            fragment T on __Type {{ kind name description specifiedByURL isOneOf
              fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...I }} type {{ ...R }}
                isDeprecated deprecationReason }}
              inputFields(includeDeprecated: true) {{ ...I }} interfaces {{ ...R }}
              enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
              possibleTypes {{ ...R }} }}
            fragment S on __Schema {{ description queryType {{ name kind }} mutationType {{ name kind }}
              subscriptionType {{ name kind }} types {{ ...T }}
              directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...I }} }} }}"
        )
    }

    /// The count in the refusal when a single value is allowed.
    fn counted(query: &str) -> u64 {
        let limits = Limits {
            introspected_values: 1,
            ..Limits::default()
        };
        let operations = Operations::new(SCHEMA, limits, 1 << 20).unwrap();
        let params = Params {
            query: query.to_owned(),
            ..Params::default()
        };
        let answer = operations
            .prepare(params, Permissions::all(), Introspection::Allowed)
            .expect_err("refused");
        let error = serde_json::to_value(&answer.errors()[0]).unwrap();
        assert_eq!(error["extensions"]["code"], "OPERATION_LIMIT_EXCEEDED", "{error}");
        assert_eq!(error["extensions"]["limit"], 1);
        error["extensions"]["actual"].as_u64().unwrap()
    }

    #[test]
    fn tools_may_read_the_whole_schema_and_not_much_more() {
        let once = counted(&format!("{{ __schema {{ ...S }} }} {}", whole_schema()));
        let limit = u64::from(Limits::default().introspected_values);
        assert!(2 * once < limit, "{once}");
        let often = counted(&format!(
            "{{ a: __schema {{ ...S }} b: __schema {{ ...S }} }} {}",
            whole_schema()
        ));
        assert_eq!(often, 2 * once);
    }

    #[test]
    fn values_requested_in_circles_or_under_aliases_count_every_time() {
        let limit = u64::from(Limits::default().introspected_values);
        let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert!(counted(circle) > limit);
        let aliases = "{ __schema { types { ...T } } }
            fragment T on __Type { a: fields { ...F } b: fields { ...F } c: fields { ...F } d: fields { ...F } }
            fragment F on __Field { a: args { ...A } b: args { ...A } c: args { ...A } d: args { ...A } }
            fragment A on __InputValue { a: type { ...N } b: type { ...N } c: type { ...N } d: type { ...N } }
            fragment N on __Type { name kind description ofType { name kind description } }";
        assert!(counted(aliases) > limit);
        let one = counted("{ __type(name: \"Contact\") { name } }");
        assert_eq!(one, 2);
    }
}
