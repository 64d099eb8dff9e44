//! The fields that operations of the corpus select: all of them, once for each type.

pub const CONTACT: &str = "id salutation firstName middleName lastName title tags externalIds { source value }
    phoneNumbers { input e164 extension label primary } emailAddresses { address label primary }
    addresses { lines city region postalCode countryCode label primary } socialHandles { network handle platformId }
    surveyOptOut externalSystemUrl createdAt updatedAt version createdBy { name } updatedBy { name } displayName
    organization { id name }";
pub const ORGANIZATION: &str = "id name companyType industry
    address { lines city region postalCode countryCode label primary }
    phoneNumber { input e164 extension label primary } faxNumber { input e164 extension label primary } employeeCount
    annualRevenue { amount currency } websites tags tickers { symbol exchange } externalSystemUrl
    externalIds { source value } createdAt updatedAt version createdBy { name } updatedBy { name }
    primaryContact { id displayName }";
pub const RELATIONSHIP: &str =
    "id type startedOn endedOn createdAt updatedAt version createdBy { name } updatedBy { name }
    user { id name } organization { id name }";
pub const NOTE: &str = "id text pinned createdAt updatedAt version createdBy { name } updatedBy { name }
    subject { __typename ... on Contact { id displayName } ... on Organization { id name } } author { id name }";
pub const INTERACTION: &str =
    "id externalId mediaType direction startedAt endedAt subjectLine queueName createdAt updatedAt
    version createdBy { name } updatedBy { name } wrapUps { note recordedAt agent { name } code { id name } }
    contact { id displayName } organization { id name } agents { id name } linkedBy
    contactPoint { kind input normalized network platformId } candidates { id displayName }";
pub const USER: &str = "id name subject email title active createdAt updatedAt version createdBy { name }
    updatedBy { name }";
pub const WRAP_UP_CODE: &str = "id name description active createdAt updatedAt version createdBy { name }
    updatedBy { name }";
pub const TENANT: &str = "name displayName defaultRegion managedEntities managedEntityLimit
    retention { trashDays } trashedRecords { value precision }";
pub const CHANGE: &str =
    "action kind label version mergedIntoId changedAt fields { field before after } cursor entityId changedBy { name }
    changedFields entity { __typename ... on Contact { displayName } ... on Organization { name }
      ... on Relationship { type } ... on Note { text } ... on Interaction { externalId } }";
pub const MERGE: &str =
    "id kind memberIds memberLabels mergedAt mergedBy { name } undoneAt undoneBy { name } undoableUntil
    survivor { __typename ... on Contact { displayName } ... on Organization { name } }
    fields { field value recordIds discarded { value recordId } isConflict }
    moved { recordId notes interactions relationships contacts }";
pub const PAGE_INFO: &str = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

/// The other records that may be the same.
pub const DUPLICATES: &str = "possibleDuplicates { score reasons { kind value }
    record { __typename ... on Contact { displayName } ... on Organization { name } } }";
const PARTED: &str =
    "movedBack { recordId notes interactions relationships contacts } kept lost { field message value }";

/// One mutation that takes `$input`, with every field of its payload.
pub fn mutation(name: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let payload = payload(name);
    format!(
        "mutation ($input: {input}!) {{ {name}(input: $input) {{ {payload} userErrors {{ code field message recordId }} }} }}"
    )
}

fn payload(mutation: &str) -> String {
    match mutation {
        "createContact" => format!("contact {{ {CONTACT} }} {DUPLICATES}"),
        "updateContact" => format!("contact {{ {CONTACT} }}"),
        "upsertContact" => format!(
            "contact {{ {CONTACT} }} created candidates {{ id displayName }} candidateOrganizations {{ id name }}"
        ),
        "deleteContact" => {
            "deletedContactId deletedNotes detachedInteractions contact { displayName version }".to_owned()
        }
        "createOrganization" => format!("organization {{ {ORGANIZATION} }} {DUPLICATES}"),
        "updateOrganization" => format!("organization {{ {ORGANIZATION} }}"),
        "upsertOrganization" => format!("organization {{ {ORGANIZATION} }} created candidates {{ id name }}"),
        "deleteOrganization" => "deletedOrganizationId deletedRelationships deletedNotes detachedContacts
            detachedInteractions organization { name version }"
            .to_owned(),
        "createRelationship" | "updateRelationship" | "restoreRelationship" => {
            format!("relationship {{ {RELATIONSHIP} }}")
        }
        "deleteRelationship" => "deletedRelationshipId relationship { type version }".to_owned(),
        "transferRelationships" => "moved ended hasMore transferId".to_owned(),
        "undoRelationshipTransfer" => "movedBack reopened lost { field message value }".to_owned(),
        "createNote" | "updateNote" | "restoreNote" => format!("note {{ {NOTE} }}"),
        "deleteNote" => "deletedNoteId note { text version }".to_owned(),
        "recordInteraction" => format!("interaction {{ {INTERACTION} }} created"),
        "linkInteraction" => format!("interaction {{ {INTERACTION} }} linkedEarlier hasMore"),
        "wrapUpInteraction" => format!("interaction {{ {INTERACTION} }}"),
        "upsertUser" => format!("user {{ {USER} }} created"),
        "deactivateUser" | "reactivateUser" => format!("user {{ {USER} }}"),
        "createWrapUpCode" | "updateWrapUpCode" => format!("wrapUpCode {{ {WRAP_UP_CODE} }}"),
        "restoreContact" => format!("contact {{ {CONTACT} }} restoredNotes lost {{ field message value }}"),
        "restoreOrganization" => format!(
            "organization {{ {ORGANIZATION} }} restoredRelationships restoredNotes reattachedContacts
            lost {{ field message value }}"
        ),
        "purgeTrash" => "purgedIds".to_owned(),
        "mergeContacts" => format!("contact {{ {CONTACT} mergedIds }} merge {{ {MERGE} }}"),
        "mergeOrganizations" => format!("organization {{ {ORGANIZATION} mergedIds }} merge {{ {MERGE} }}"),
        "undoContactMerge" => format!("merge {{ {MERGE} }} restored {{ {CONTACT} }} {PARTED}"),
        "undoOrganizationMerge" => format!("merge {{ {MERGE} }} restored {{ {ORGANIZATION} }} {PARTED}"),
        "updateTenant" => format!("tenant {{ {TENANT} }}"),
        bulk if bulk.ends_with('s') => {
            let result = payload(bulk.trim_end_matches('s'));
            format!("results {{ {result} userErrors {{ code field message recordId }} }}")
        }
        other => panic!("the fields of the payload of {other} are not listed"),
    }
}

/// The operation with its lines joined, texts inside of it left as they are.
pub fn one_line(query: &str) -> String {
    let mut line = String::new();
    let mut in_text = false;
    for character in query.trim().chars() {
        in_text ^= character == '"';
        let is_space = character.is_whitespace() && !in_text;
        match (is_space, line.ends_with(' ')) {
            (true, true) => {}
            (true, false) => line.push(' '),
            (false, _) => line.push(character),
        }
    }
    line
}
