//! The limits of one operation: settings of the server, declared once for its help, its messages and the graph; and the
//! limits of one caller, as the graph tells them.

use async_graphql::SimpleObject;
use clap::Args;
use clap::builder::RangedU64ValueParser;

/// The limits of one operation. An operation that exceeds a limit is refused before it runs, with
/// `OPERATION_LIMIT_EXCEEDED` or `COST_LIMIT_EXCEEDED`, the limit and the operation's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args, SimpleObject)]
pub struct Limits {
    /// The maximum length of a document, in bytes.
    #[arg(long = "max-document-bytes", env = "EXTERNAL_CONTACTS_MAX_DOCUMENT_BYTES", value_name = "BYTES",
          default_value_t = Limits::DEFAULT.document_bytes, value_parser = at_least_one())]
    pub document_bytes: u32,
    /// The maximum number of tokens in a document.
    #[arg(long = "max-tokens", env = "EXTERNAL_CONTACTS_MAX_TOKENS", value_name = "N",
          default_value_t = Limits::DEFAULT.tokens, value_parser = at_least_one())]
    pub tokens: u32,
    /// The maximum nesting of brackets in a document, all three kinds together.
    #[arg(long = "max-nesting", env = "EXTERNAL_CONTACTS_MAX_NESTING", value_name = "LEVELS",
          default_value_t = Limits::DEFAULT.nesting, value_parser = RangedU64ValueParser::<u32>::new().range(1..=64))]
    pub nesting: u32,
    /// The maximum number of operations in a document.
    #[arg(long = "max-operations", env = "EXTERNAL_CONTACTS_MAX_OPERATIONS", value_name = "N",
          default_value_t = Limits::DEFAULT.operations, value_parser = at_least_one())]
    pub operations: u32,
    /// The maximum number of fragments in a document.
    #[arg(long = "max-fragments", env = "EXTERNAL_CONTACTS_MAX_FRAGMENTS", value_name = "N",
          default_value_t = Limits::DEFAULT.fragments, value_parser = at_least_one())]
    pub fragments: u32,
    /// The maximum nesting of fields, with fragments expanded. Introspection fields do not count.
    #[arg(long = "max-depth", env = "EXTERNAL_CONTACTS_MAX_DEPTH", value_name = "LEVELS",
          default_value_t = Limits::DEFAULT.depth, value_parser = RangedU64ValueParser::<u32>::new().range(1..=50))]
    pub depth: u32,
    /// The maximum number of aliases in an operation and the fragments it spreads.
    #[arg(long = "max-aliases", env = "EXTERNAL_CONTACTS_MAX_ALIASES", value_name = "N",
          default_value_t = Limits::DEFAULT.aliases, value_parser = at_least_one())]
    pub aliases: u32,
    /// The maximum number of root fields of an operation, with fragments expanded.
    #[arg(long = "max-root-fields", env = "EXTERNAL_CONTACTS_MAX_ROOT_FIELDS", value_name = "N",
          default_value_t = Limits::DEFAULT.root_fields, value_parser = at_least_one())]
    pub root_fields: u32,
    /// The maximum number of selections in an operation, with each fragment counted wherever it is spread.
    #[arg(long = "max-selections", env = "EXTERNAL_CONTACTS_MAX_SELECTIONS", value_name = "N",
          default_value_t = Limits::DEFAULT.selections, value_parser = at_least_one())]
    pub selections: u32,
    /// The maximum number of entity representations in one `_entities` field.
    #[arg(long = "max-representations", env = "EXTERNAL_CONTACTS_MAX_REPRESENTATIONS", value_name = "N",
          default_value_t = Limits::DEFAULT.representations, value_parser = at_least_one())]
    pub representations: u32,
    /// The maximum number of items in one bulk mutation, such as `createContacts`.
    #[arg(long = "max-items", env = "EXTERNAL_CONTACTS_MAX_ITEMS", value_name = "N",
          default_value_t = Limits::DEFAULT.items, value_parser = RangedU64ValueParser::<u32>::new().range(1..=1000))]
    pub items: u32,
    /// The maximum size of all argument values of an operation, in bytes, with each variable counted wherever it is
    /// used.
    #[arg(long = "max-argument-bytes", env = "EXTERNAL_CONTACTS_MAX_ARGUMENT_BYTES", value_name = "BYTES",
          default_value_t = Limits::DEFAULT.argument_bytes, value_parser = at_least_one())]
    pub argument_bytes: u32,
    /// The maximum cost of an operation. A scalar costs 0, an object 1, and a connection 2 plus its page size times the
    /// cost of an item; lists, `nodes`, `_entities` and the results of bulk mutations multiply as well.
    #[arg(long = "max-cost", env = "EXTERNAL_CONTACTS_MAX_COST", value_name = "COST",
          default_value_t = Limits::DEFAULT.cost, value_parser = at_least_one())]
    pub cost: u32,
    /// The maximum number of values that an introspection query may return, calculated from the lengths of the schema's
    /// lists. The full introspection query of common tools fits.
    #[arg(long = "max-introspected-values", env = "EXTERNAL_CONTACTS_MAX_INTROSPECTED_VALUES", value_name = "N",
          default_value_t = Limits::DEFAULT.introspected_values, value_parser = at_least_one())]
    pub introspected_values: u32,
    /// The maximum number of errors reported for an invalid document.
    #[arg(long = "max-reported-errors", env = "EXTERNAL_CONTACTS_MAX_REPORTED_ERRORS", value_name = "N",
          default_value_t = Limits::DEFAULT.reported_errors, value_parser = at_least_one())]
    pub reported_errors: u32,
}

impl Limits {
    const DEFAULT: Self = Self {
        document_bytes: 16 * 1024,
        tokens: 2_000,
        nesting: 64,
        operations: 5,
        fragments: 50,
        depth: 15,
        aliases: 30,
        root_fields: 20,
        selections: 5_000,
        representations: 100,
        items: 100,
        argument_bytes: 8 * 1024 * 1024,
        cost: 10_000,
        introspected_values: 400_000,
        reported_errors: 5,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The limits of one caller across operations and connections. An operation beyond one is refused before it runs, and the
/// header `Retry-After` tells when to repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct CallerLimits {
    /// The maximum number of operations at the same time, while other callers have operations too. Further ones wait, for 2
    /// seconds at most, and are refused with `UNAVAILABLE` then.
    pub running_operations: u32,
    /// The maximum number of operations that wait. Beyond it, an operation is refused with `UNAVAILABLE` at once.
    pub waiting_operations: u32,
    /// The maximum number of WebSockets and event streams. Beyond it, one is refused with `RATE_LIMITED`.
    pub streams: u32,
    /// The cost of operations that the caller may ask for in a second, on average. Beyond it, an operation is refused with
    /// `RATE_LIMITED`.
    pub cost_per_second: u32,
    /// The cost of operations that the caller may ask for at once after a pause. The header `RateLimit` of each response
    /// tells what is left.
    pub cost_at_once: u32,
    /// The maximum time of a query or a mutation, in seconds. One that takes longer is cancelled, with `TIMEOUT`.
    pub request_seconds: u32,
}

/// The limits on a machine with one processor.
impl Default for CallerLimits {
    fn default() -> Self {
        Self {
            running_operations: 2,
            waiting_operations: 32,
            streams: 100,
            cost_per_second: 25_000,
            cost_at_once: 50_000,
            request_seconds: 10,
        }
    }
}

fn at_least_one() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..)
}
