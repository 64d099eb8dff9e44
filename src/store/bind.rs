//! Values and rows that both engines understand.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo};
use sqlx::sqlite::{SqliteArguments, SqliteArgumentsBuffer, SqliteRow, SqliteTypeInfo};
use sqlx::{Arguments as _, FromRow, Postgres, Sqlite, Type};
use uuid::Uuid;

/// A value that either engine accepts.
pub trait Bind: Send + Sync {
    /// Adds the value to the arguments of a statement for PostgreSQL.
    fn postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError>;
    /// Adds the value, with its length before it, to the data of a COPY in its binary format.
    fn copy(&self, to: &mut PgArgumentBuffer) -> Result<(), BoxDynError>;
    /// Adds the value to the arguments of a statement for SQLite.
    fn sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError>;
}

impl<T> Bind for T
where
    T: Send
        + Sync
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>,
{
    fn postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError> {
        to.add(self)
    }

    fn copy(&self, to: &mut PgArgumentBuffer) -> Result<(), BoxDynError> {
        let start = to.len();
        to.extend_from_slice(&[0; 4]);
        let end = to.len();
        let length = match Encode::<Postgres>::encode_by_ref(self, to)? {
            IsNull::No => i32::try_from(to.len() - end)?,
            IsNull::Yes => -1,
        };
        if let Some(place) = to.get_mut(start..end) {
            place.copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    fn sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError> {
        to.add(self)
    }
}

/// The values of a row, without the tenant.
pub type Values<'a> = Vec<Box<dyn Bind + 'a>>;

macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as Box<dyn $crate::store::bind::Bind + '_>),*]
    };
}
pub(crate) use values;

/// A row that either engine returns.
pub trait Row: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// A bound list of ids, for `any_ids` and `ids`.
#[derive(Clone, Debug)]
pub struct IdList(pub Vec<Uuid>);

impl Type<Postgres> for IdList {
    fn type_info() -> PgTypeInfo {
        <[Uuid] as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for IdList {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, to)
    }
}

impl Type<Sqlite> for IdList {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for IdList {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        let hex: Vec<String> = self.0.iter().map(|id| id.simple().to_string()).collect();
        Encode::<Sqlite>::encode(serde_json::to_string(&hex)?, to)
    }
}

/// A bound list of texts, for `any_texts` and `texts`.
#[derive(Clone, Debug)]
pub struct TextList(pub Vec<String>);

impl Type<Postgres> for TextList {
    fn type_info() -> PgTypeInfo {
        <[String] as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for TextList {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, to)
    }
}

impl Type<Sqlite> for TextList {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for TextList {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(serde_json::to_string(&self.0)?, to)
    }
}
