//! The mutations, each once: what it is given comes as `$input`, and its payload tells what the stories look at.

pub const CREATE_CONTACT: &str = "mutation ($input: CreateContactInput!) {
    createContact(input: $input) { contact { id displayName version createdBy { name } } userErrors { code field message } } }";
pub const UPDATE_CONTACT: &str = "mutation ($input: UpdateContactInput!) {
    updateContact(input: $input) { contact { id displayName title version } userErrors { code field message } } }";
pub const UPSERT_CONTACT: &str = "mutation ($input: UpsertContactInput!) {
    upsertContact(input: $input) { created contact { externalIds { source value } } userErrors { code field message } } }";
pub const DELETE_CONTACT: &str = "mutation ($input: DeleteContactInput!) {
    deleteContact(input: $input) { deletedContactId deletedNotes detachedInteractions contact { version }
      userErrors { code field message } } }";

pub const CREATE_ORGANIZATION: &str = "mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { organization { id name version annualRevenue { amount } }
      userErrors { code field message } } }";

pub const RECORD_INTERACTION: &str = "mutation ($input: RecordInteractionInput!) {
    recordInteraction(input: $input) { interaction { id externalId mediaType direction startedAt endedAt subjectLine queueName
      contact { displayName } organization { name } agents { name } version } created userErrors { code field message } } }";

pub const UPSERT_USER: &str = "mutation ($input: UpsertUserInput!) {
    upsertUser(input: $input) { user { id subject name email title active version } created
      userErrors { code field message } } }";
pub const DEACTIVATE_USER: &str = "mutation ($input: DeactivateUserInput!) {
    deactivateUser(input: $input) { user { name active version } userErrors { code field message } } }";
pub const REACTIVATE_USER: &str = "mutation ($input: ReactivateUserInput!) {
    reactivateUser(input: $input) { user { name active version } userErrors { code field message } } }";

pub const UPDATE_TENANT: &str = "mutation ($input: UpdateTenantInput!) {
    updateTenant(input: $input) { tenant { name displayName defaultRegion } userErrors { code field message } } }";

pub const CREATE_NOTE: &str = "mutation ($input: CreateNoteInput!) {
    createNote(input: $input) { note { id } userErrors { code field message } } }";
pub const CREATE_RELATIONSHIP: &str = "mutation ($input: CreateRelationshipInput!) {
    createRelationship(input: $input) { relationship { id } userErrors { code field message } } }";
