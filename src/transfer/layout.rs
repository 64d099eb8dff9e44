//! The fields of each kind of record in files, in the order of columns.

use clap::ValueEnum;

/// The kind of the records in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Kind {
    /// The tenant's own people.
    Users,
    /// Outcomes of interactions.
    WrapUpCodes,
    /// External companies.
    Organizations,
    /// External people.
    Contacts,
    /// Users' responsibilities for organizations.
    Relationships,
    /// Texts about contacts and organizations.
    Notes,
    /// Conversations.
    Interactions,
}

impl Kind {
    /// Every kind, each after those that its records refer to.
    pub const ALL: [Self; 7] = [
        Self::Users,
        Self::WrapUpCodes,
        Self::Organizations,
        Self::Contacts,
        Self::Relationships,
        Self::Notes,
        Self::Interactions,
    ];

    /// The name of the kind on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::WrapUpCodes => "wrap-up-codes",
            Self::Organizations => "organizations",
            Self::Contacts => "contacts",
            Self::Relationships => "relationships",
            Self::Notes => "notes",
            Self::Interactions => "interactions",
        }
    }

    /// The fields of its records.
    pub fn fields(self) -> Vec<Field> {
        let own = match self {
            Self::Users => USER,
            Self::WrapUpCodes => WRAP_UP_CODE,
            Self::Organizations => ORGANIZATION,
            Self::Contacts => CONTACT,
            Self::Relationships => RELATIONSHIP,
            Self::Notes => NOTE,
            Self::Interactions => INTERACTION,
        };
        let id = [Field::one("id")];
        id.iter().chain(own).chain(STAMP).copied().collect()
    }
}

/// A field of a kind of record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name, as in the API.
    pub name: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// Whether it is exported. Other fields are other ways to give one that is.
    pub is_exported: bool,
}

/// The form of a field's value.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One value, in a column.
    One,
    /// A list of texts, in a column, separated by a character.
    Texts(char),
    /// An object, with a column for each part.
    Parts(Parts),
    /// A list of objects, with columns for the first ones and one for the rest.
    List {
        /// The parts of each object.
        parts: Parts,
        /// The number of objects that have columns.
        shown: usize,
    },
}

/// The parts of an object.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The names of the parts.
    pub names: &'static [&'static str],
    /// The part that a plain value is.
    pub main: &'static str,
    /// The part that a column's name can give, as in `phoneNumbers.WORK`.
    pub named: Option<&'static str>,
    /// A part that is read and not exported.
    pub more: Option<&'static str>,
}

impl Parts {
    const fn of(names: &'static [&'static str], main: &'static str, header: Option<&'static str>) -> Self {
        Self {
            names,
            main,
            named: header,
            more: None,
        }
    }

    /// Returns the part with this name.
    pub fn find(&self, name: &str) -> Option<&'static str> {
        let names = self.names.iter().copied().chain(self.more);
        names.into_iter().find(|part| *part == name)
    }
}

impl Field {
    const fn of(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            is_exported: true,
        }
    }

    const fn one(name: &'static str) -> Self {
        Self::of(name, Shape::One)
    }

    const fn list(name: &'static str, parts: Parts, shown: usize) -> Self {
        Self::of(name, Shape::List { parts, shown })
    }

    const fn read_only(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            is_exported: false,
        }
    }
}

const LABEL: Option<&str> = Some("label");
const PHONE: Parts = Parts::of(
    &["input", "e164", "extension", "label", "primary"],
    "input",
    LABEL,
);
const EMAIL: Parts = Parts::of(&["address", "label", "primary"], "address", LABEL);
const ADDRESS: Parts = Parts {
    names: &[
        "lines",
        "city",
        "region",
        "postalCode",
        "countryCode",
        "label",
        "primary",
    ],
    main: "lines",
    named: LABEL,
    more: Some("country"),
};
const EXTERNAL_ID: Parts = Parts::of(&["source", "value"], "value", Some("source"));
const SOCIAL: Parts = Parts::of(&["network", "handle", "platformId"], "handle", Some("network"));
const MONEY: Parts = Parts::of(&["amount", "currency"], "amount", None);
const TICKER: Parts = Parts::of(&["symbol", "exchange"], "symbol", None);
const CONTACT_POINT: Parts = Parts::of(
    &["kind", "input", "normalized", "network", "platformId"],
    "input",
    Some("kind"),
);
const WRAP_UP: Parts = Parts::of(&["agentId", "codeId", "note", "recordedAt"], "note", None);

const TAGS: Field = Field::of("tags", Shape::Texts(';'));
const EXTERNAL_IDS: Field = Field::list("externalIds", EXTERNAL_ID, 3);
const ORGANIZATION_KEY: Field = Field::read_only("organizationKey", Shape::Parts(EXTERNAL_ID));
const CONTACT_KEY: Field = Field::read_only("contactKey", Shape::Parts(EXTERNAL_ID));

const STAMP: &[Field] = &[
    Field::one("createdAt"),
    Field::one("createdBy"),
    Field::one("updatedAt"),
    Field::one("updatedBy"),
    Field::one("version"),
];

const USER: &[Field] = &[
    Field::one("subject"),
    Field::one("name"),
    Field::one("email"),
    Field::one("title"),
    Field::one("active"),
];

const WRAP_UP_CODE: &[Field] = &[
    Field::one("name"),
    Field::one("description"),
    Field::one("active"),
];

const ORGANIZATION: &[Field] = &[
    Field::one("name"),
    Field::one("companyType"),
    Field::one("industry"),
    Field::of("phoneNumber", Shape::Parts(PHONE)),
    Field::of("faxNumber", Shape::Parts(PHONE)),
    Field::of("address", Shape::Parts(ADDRESS)),
    Field::one("employeeCount"),
    Field::of("annualRevenue", Shape::Parts(MONEY)),
    Field::of("websites", Shape::Texts('\n')),
    TAGS,
    Field::list("tickers", TICKER, 2),
    Field::one("externalSystemUrl"),
    EXTERNAL_IDS,
    Field::read_only("primaryContactId", Shape::One),
];

const CONTACT: &[Field] = &[
    Field::one("salutation"),
    Field::one("firstName"),
    Field::one("middleName"),
    Field::one("lastName"),
    Field::one("title"),
    Field::one("organizationId"),
    Field::read_only("organizationName", Shape::One),
    Field::read_only("company", Shape::One),
    ORGANIZATION_KEY,
    Field::one("primaryContact"),
    Field::list("emailAddresses", EMAIL, 3),
    Field::list("phoneNumbers", PHONE, 3),
    Field::list("addresses", ADDRESS, 2),
    Field::list("socialHandles", SOCIAL, 2),
    TAGS,
    Field::one("surveyOptOut"),
    Field::one("externalSystemUrl"),
    EXTERNAL_IDS,
];

const RELATIONSHIP: &[Field] = &[
    Field::one("userId"),
    Field::read_only("userSubject", Shape::One),
    Field::one("organizationId"),
    ORGANIZATION_KEY,
    Field::one("type"),
    Field::one("startedOn"),
    Field::one("endedOn"),
];

const NOTE: &[Field] = &[
    Field::one("subjectId"),
    CONTACT_KEY,
    ORGANIZATION_KEY,
    Field::one("authorId"),
    Field::read_only("authorSubject", Shape::One),
    Field::one("text"),
    Field::one("pinned"),
];

const INTERACTION: &[Field] = &[
    Field::one("externalId"),
    Field::one("mediaType"),
    Field::one("direction"),
    Field::one("startedAt"),
    Field::one("endedAt"),
    Field::one("subjectLine"),
    Field::one("queueName"),
    Field::of("contactPoint", Shape::Parts(CONTACT_POINT)),
    Field::one("linkedBy"),
    Field::one("contactId"),
    CONTACT_KEY,
    Field::one("organizationId"),
    ORGANIZATION_KEY,
    Field::of("agentIds", Shape::Texts(';')),
    Field::list("wrapUps", WRAP_UP, 2),
];
