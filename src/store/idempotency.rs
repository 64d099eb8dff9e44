//! The keys by which clients repeat mutations, each written in the transaction of its mutation.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use tracing::instrument;

use super::engine::sql;
use super::{Tenant, Tx, change};
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::model::IdempotencyKey;

/// The number of expired keys that one statement deletes.
const SWEPT_AT_ONCE: i64 = 1000;

impl Tx {
    /// Reserves a key for this transaction. If it was used before, returns what was kept of the result instead; if another
    /// transaction uses it at the moment, waits for that one. Refuses a key that was used with another input.
    pub async fn reserve_idempotency_key(&mut self, key: &IdempotencyKey) -> Result<Option<Value>> {
        let now = self.now();
        let reserved = self
            .execute(sql!(
                "
                INSERT INTO idempotency_keys (tenant_id, user_id, mutation, key, input_hash, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (tenant_id, user_id, mutation, key) DO UPDATE
                   SET input_hash = excluded.input_hash, result = NULL, created_at = excluded.created_at
                 WHERE idempotency_keys.created_at < $7",
                self.actor(),
                key.mutation,
                key.key,
                key.input_hash,
                now,
                now - IdempotencyKey::KEPT,
            ))
            .await?;
        if reserved > 0 {
            return Ok(None);
        }
        let (input_hash, result): (Vec<u8>, Option<Json<Value>>) = self
            .fetch_one(sql!(
                "
                SELECT input_hash, result
                  FROM idempotency_keys
                 WHERE tenant_id = $1
                   AND user_id = $2
                   AND mutation = $3
                   AND key = $4",
                self.actor(),
                key.mutation,
                key.key,
            ))
            .await?;
        if input_hash != key.input_hash {
            let message = "this key was used with a different input; choose another key for this one";
            let refusal = UserError::new(UserErrorCode::IdempotencyKeyReused, message);
            return Err(refusal.under("idempotencyKey").into());
        }
        let no_result = || Error::internal(anyhow::anyhow!("an idempotency key was kept without a result"));
        result.map(|Json(result)| Some(result)).ok_or_else(no_result)
    }

    /// Keeps the result of the mutation that reserved a key.
    pub async fn keep_result(&mut self, key: &IdempotencyKey, result: &Value) -> Result<()> {
        self.execute(sql!(
            "
            UPDATE idempotency_keys
               SET result = $5
             WHERE tenant_id = $1
               AND user_id = $2
               AND mutation = $3
               AND key = $4",
            self.actor(),
            key.mutation,
            key.key,
            Json(result),
        ))
        .await
        .map(drop)
    }
}

impl Tenant {
    /// Deletes keys that expired before an instant, at most 1000; returns whether there may be more.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_idempotency_keys(&self, now: DateTime<Utc>) -> Result<bool> {
        let swept = change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            tx.execute(sql!(
                "
                DELETE FROM idempotency_keys
                 WHERE tenant_id = $1
                   AND (user_id, mutation, key) IN (SELECT user_id, mutation, key
                                                      FROM idempotency_keys
                                                     WHERE tenant_id = $1
                                                       AND created_at < $2
                                                     ORDER BY created_at
                                                     LIMIT $3)",
                now - IdempotencyKey::KEPT,
                SWEPT_AT_ONCE,
            ))
            .await
        })?;
        Ok(i64::try_from(swept).is_ok_and(|swept| swept >= SWEPT_AT_ONCE))
    }
}
