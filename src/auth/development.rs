//! The key of development mode: made by this server, for itself, on this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use aws_lc_rs::rand;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::caller::Claims;
use super::payload::Expected;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::Permission;

/// The file in the data folder.
const FILE: &str = "dev-key";
/// Issuer and audience of its tokens: no real verification expects them.
const PARTY: &str = "external-contacts-development";
const TENANT_CLAIM: &str = "tenant";
const LENGTH: usize = 32;

/// What tokens of the development key say.
pub(super) fn expected(leeway: Duration) -> Expected {
    Expected {
        issuer: PARTY.to_owned(),
        audience: PARTY.to_owned(),
        tenant_claim: TENANT_CLAIM.to_owned(),
        leeway,
    }
}

/// A secret that only this machine's owner of the data folder can read.
#[derive(Clone)]
pub struct DevelopmentKey([u8; LENGTH]);

impl DevelopmentKey {
    /// Reads the key in the data folder, which must exist; makes one when there is none. Only development
    /// mode may ask: whoever has the key can be anybody.
    ///
    /// # Errors
    /// When others than the owner may read it, it is not a key, or the folder cannot be written to.
    pub fn open(data_folder: &Path) -> anyhow::Result<Self> {
        let path = data_folder.join(FILE);
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                create(data_folder)
                    .with_context(|| format!("cannot make the development key {}", path.display()))?;
                File::open(&path)
            }
            outcome => outcome,
        };
        file.map_err(anyhow::Error::from)
            .and_then(read)
            .with_context(|| format!("cannot use the development key {}", path.display()))
    }

    /// A token with these claims, which expires when `lifetime` is over.
    ///
    /// # Errors
    /// When it cannot be signed, which has no reason that a caller could mend.
    pub fn mint(&self, claims: &Claims, lifetime: Duration, clock: &Clock) -> Result<String> {
        let now = clock.now();
        let payload = json!({
            "iss": PARTY,
            "aud": PARTY,
            "iat": now.timestamp(),
            "exp": (now + lifetime).timestamp(),
            "sub": claims.subject,
            TENANT_CLAIM: claims.tenant,
            "permissions": claims.permissions.iter().map(Permission::name).collect::<Vec<_>>(),
            "name": claims.name,
            "email": claims.email,
        });
        encode(
            &Header::new(Algorithm::HS256),
            &payload,
            &EncodingKey::from_secret(&self.0),
        )
        .map_err(Error::internal)
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.0
    }
}

/// Writes a key aside and then gives it its name, so that nobody ever reads half a key. When two do it at
/// once, the first one's key stays.
fn create(data_folder: &Path) -> anyhow::Result<()> {
    let aside = data_folder.join(format!(
        "{FILE}-{}",
        BASE64_URL_SAFE_NO_PAD.encode(chance::<12>()?)
    ));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    let text = BASE64_URL_SAFE_NO_PAD.encode(chance::<LENGTH>()?);
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&aside, data_folder.join(FILE)));
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn read(file: File) -> anyhow::Result<DevelopmentKey> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    ensure!(
        mode & !0o600 == 0,
        "its mode is {mode:o}, so others than its owner may use it; remove it, and a new one is made",
    );
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text)?;
    BASE64_URL_SAFE_NO_PAD
        .decode(text.trim_end())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(DevelopmentKey)
        .ok_or_else(|| anyhow!("it is not a key; remove it, and a new one is made"))
}

fn chance<const LENGTH: usize>() -> anyhow::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes).map_err(|_| anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}
