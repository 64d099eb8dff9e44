//! How much of the schema an operation shows.
//!
//! Reading the schema costs nothing, and its answers are as long as the schema is: asked for again and again under
//! aliases, or in circles from types to their fields and on to the types of these, a short document would have an answer
//! of any size. So the values of the answer are counted before it runs, by the lengths that the schema's lists have.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

use super::Asker;
use super::answer::{Answer, Code};
use super::measure::{reads_schema, within};
use super::plan::{Inner, Plan, Planned, PossibleTypes};
use crate::limits::Limits;

/// How long the lists are that introspection answers.
#[derive(Debug)]
pub(super) struct Lengths {
    types: usize,
    directives: usize,
    /// Of one type or field among all: on average, rounded up.
    among_all: Lists,
    /// Of the one that has most.
    most: Lists,
}

/// The lists of a type or a field.
#[derive(Clone, Copy, Debug, Default)]
struct Lists {
    fields: usize,
    arguments: usize,
    enum_values: usize,
    types: usize,
}

/// Whose fields are asked for.
#[derive(Clone, Copy)]
enum Of {
    /// Those of every type, or of every field of every type: each comes once.
    All,
    /// Those of one, whichever it is.
    One,
}

impl Lengths {
    /// As a schema has them.
    pub(super) fn of(schema: &Schema, possible: &PossibleTypes) -> Self {
        let (mut sum, mut most) = (Lists::default(), Lists::default());
        let mut fields = 0;
        for (name, definition) in &schema.types {
            let lists = Lists::of_type(definition, possible.get(name.as_str()).map_or(0, Vec::len));
            sum = sum.each(lists, |a, b| a + b);
            most = most.each(lists, usize::max);
            for arguments in arguments_of(definition) {
                fields += 1;
                sum.arguments += arguments;
                most.arguments = most.arguments.max(arguments);
            }
        }
        let directives = schema.directive_definitions.values();
        most.arguments = most
            .arguments
            .max(directives.map(|it| it.arguments.len()).max().unwrap_or_default());
        let types = schema.types.len().max(1);
        let among_all = Lists {
            fields: sum.fields.div_ceil(types),
            arguments: sum.arguments.div_ceil(fields.max(1)),
            enum_values: sum.enum_values.div_ceil(types),
            types: sum.types.div_ceil(types),
        };
        Self {
            types,
            directives: schema.directive_definitions.len(),
            among_all,
            most,
        }
    }

    /// Refuses to show the schema to who may not read it, and to show more of it than the limit.
    pub(super) fn check(&self, plan: &Plan, asker: Asker, limits: &Limits) -> Result<(), Answer> {
        let shows_schema = |name: &str| reads_schema(name) || name == "_service";
        let shown = || plan.fields.iter().filter(|planned| shows_schema(&planned.name));
        if let Some(field) = shown().next().filter(|_| !asker.introspection) {
            let message = format!(
                "introspection is not allowed here, but the operation has `{}`",
                field.name
            );
            return Err(Answer::refuse(Code::ValidationFailed, message, Some(field.at)));
        }
        let values = shown().map(|planned| self.field(planned, Of::One));
        let values = values.fold(0, usize::saturating_add);
        within(
            limits.introspected_values,
            values,
            "values of the schema in its answer",
        )
    }

    fn plan(&self, plan: &Plan, of: Of) -> usize {
        let values = plan.fields.iter().map(|planned| self.field(planned, of));
        values.fold(0, usize::saturating_add)
    }

    fn field(&self, planned: &Planned, of: Of) -> usize {
        let (length, below) = self.list(&planned.name, of);
        let inner = match &planned.inner {
            Inner::TypeName | Inner::Leaf => 0,
            Inner::Object(plan) => self.plan(plan, below),
            // Nothing in a schema is of an abstract type.
            Inner::Abstract(plans) => plans
                .iter()
                .map(|plan| self.plan(plan, below))
                .max()
                .unwrap_or_default(),
        };
        inner.saturating_add(1).saturating_mul(length)
    }

    /// How often a field's value comes, and whose fields are asked for below it.
    fn list(&self, name: &str, of: Of) -> (usize, Of) {
        let lists = match of {
            Of::All => self.among_all,
            Of::One => self.most,
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

impl Lists {
    /// `possible`: how many types an interface or a union can be.
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

    fn each(self, other: Self, joined: impl Fn(usize, usize) -> usize) -> Self {
        Self {
            fields: joined(self.fields, other.fields),
            arguments: joined(self.arguments, other.arguments),
            enum_values: joined(self.enum_values, other.enum_values),
            types: joined(self.types, other.types),
        }
    }
}

/// How many arguments each field has.
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
    use crate::graphql;
    use crate::model::Permissions;
    use crate::operation::{Operations, Params};

    /// What tools ask for: everything, with types wrapped up to nine times.
    fn everything() -> String {
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

    /// How many values that many are told to be when none is allowed.
    fn counted(query: &str) -> u64 {
        let limits = Limits {
            introspected_values: 1,
            ..Limits::default()
        };
        let operations = Operations::new(&graphql::schema(limits).sdl(), limits, 1 << 20).unwrap();
        let params = Params {
            query: query.to_owned(),
            ..Params::default()
        };
        let asker = Asker {
            permissions: Permissions::all(),
            introspection: true,
        };
        let answer = operations.prepare(params, asker).expect_err("refused");
        let error = serde_json::to_value(&answer.errors()[0]).unwrap();
        assert_eq!(error["extensions"]["code"], "OPERATION_LIMIT_EXCEEDED", "{error}");
        assert_eq!(error["extensions"]["limit"], 1);
        error["extensions"]["actual"].as_u64().unwrap()
    }

    #[test]
    fn tools_may_ask_for_everything_and_not_much_more() {
        let once = counted(&format!("{{ __schema {{ ...S }} }} {}", everything()));
        let most = u64::from(Limits::default().introspected_values);
        assert!(2 * once < most, "{once}");
        let often = counted(&format!(
            "{{ a: __schema {{ ...S }} b: __schema {{ ...S }} }} {}",
            everything()
        ));
        assert_eq!(often, 2 * once);
    }

    #[test]
    fn what_is_asked_for_in_circles_or_under_aliases_is_counted_as_often_as_it_comes() {
        let most = u64::from(Limits::default().introspected_values);
        let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert!(counted(circle) > most);
        let aliases = "{ __schema { types { ...T } } }
            fragment T on __Type { a: fields { ...F } b: fields { ...F } c: fields { ...F } d: fields { ...F } }
            fragment F on __Field { a: args { ...A } b: args { ...A } c: args { ...A } d: args { ...A } }
            fragment A on __InputValue { a: type { ...N } b: type { ...N } c: type { ...N } d: type { ...N } }
            fragment N on __Type { name kind description ofType { name kind description } }";
        assert!(counted(aliases) > most);
        let one = counted("{ __type(name: \"Contact\") { name } }");
        assert_eq!(one, 2);
    }
}
