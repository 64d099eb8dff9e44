//! The minimum number of operations of each kind, which reveals a generator that has become weak.

type Least = (usize, &'static [&'static str]);

/// Features of operations and of their runs.
pub const FEATURES: [Least; 4] = [
    (
        800,
        &[
            "@include with a literal",
            "@include with a variable",
            "@skip with a literal",
            "@skip with a variable",
            "__typename",
            "alias",
            "argument",
            "inline fragment on a union",
            "inline fragment on an interface",
            "inline fragment on an object",
            "inline fragment without a type",
            "list",
            "named fragment on a union",
            "named fragment on an interface",
            "named fragment on an object",
            "selected twice",
            "several sets of variables",
            "variable given",
            "variable that must not be null",
            "variable with a default",
        ],
    ),
    (
        400,
        &[
            "enum literal",
            "operationName",
            "variable absent",
            "variable absent, with a default",
            "variable null",
            "variable of an enum",
        ],
    ),
    (
        150,
        &[
            "@oneOf literal",
            "block string",
            "description",
            "input object literal",
            "mutation",
            "null literal",
            "several operations",
            "variable in a list",
            "variable in an input object",
            "variable of an input object",
        ],
    ),
    (50, &["introspection", "variable for a @oneOf input"]),
];

/// Outcomes of operations.
pub const OUTCOMES: [Least; 1] = [(
    300,
    &[
        "data is null",
        "failure in a non-null place",
        "failure in a nullable place",
        "failure of an item",
        "list in a list",
        "null in a non-null place",
        "null in a nullable place",
        "refused",
    ],
)];

/// The rules of validation that they break.
pub const RULES: [Least; 2] = [
    (
        8,
        &[
            "FieldsOnCorrectType",
            "KnownArgumentNames",
            "KnownDirectives",
            "LoneAnonymousOperation",
            "NoUndefinedVariables",
            "NoUnusedVariables",
            "OverlappingFieldsCanBeMerged",
            "PossibleFragmentSpreads",
            "ScalarLeafs",
            "Syntax",
            "UniqueDirectivesPerLocation",
            "UniqueFragmentNames",
            "UniqueVariableNames",
            "ValuesOfCorrectType",
            "VariablesInAllowedPosition",
        ],
    ),
    (
        3,
        &[
            "ExecutableDefinitions",
            "FragmentsOnCompositeTypes",
            "KnownFragmentNames",
            "KnownTypeNames",
            "NoFragmentCycles",
            "NoUnusedFragments",
            "ProvidedRequiredArguments",
            "SingleFieldSubscriptions",
            "UniqueArgumentNames",
            "UniqueInputFieldNames",
            "UniqueOperationNames",
            "VariablesAreInputTypes",
            "VariablesOfOneOf",
        ],
    ),
];
