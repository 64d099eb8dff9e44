//! The key of development mode, which the server creates for itself on this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use aws_lc_rs::rand;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::caller::Claims;
use super::expected_claims::ExpectedClaims;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{Permission, Permissions};

/// The file in the data folder.
const FILE: &str = "dev-key";
/// Issuer and audience of its tokens: no real verification expects them.
const ISSUER_AND_AUDIENCE: &str = "external-contacts-development";
const TENANT_CLAIM: &str = "tenant";
/// The text that grants every permission.
const ALL_PERMISSIONS: &str = "externalContacts:*";
const LENGTH: usize = 32;

/// The claims of tokens of the development key.
pub(super) fn expected(leeway: Duration) -> ExpectedClaims {
    ExpectedClaims {
        issuer: ISSUER_AND_AUDIENCE.to_owned(),
        audience: ISSUER_AND_AUDIENCE.to_owned(),
        tenant_claim: TENANT_CLAIM.to_owned(),
        leeway,
    }
}

/// A secret that only the owner of the data folder can read.
#[derive(Clone)]
pub struct DevelopmentKey([u8; LENGTH]);

impl DevelopmentKey {
    /// The file of the key in a data folder.
    pub fn path(data_folder: &Path) -> PathBuf {
        data_folder.join(FILE)
    }

    /// Reads the key in the data folder, which must exist, and creates one when there is none. For development mode only:
    /// the key can sign a token for any user.
    ///
    /// # Errors
    /// Fails when others than the owner may read the file, it is not a key, or the folder cannot be written to.
    pub fn open(data_folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data_folder);
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                create(data_folder)
                    .with_context(|| format!("cannot make the development key {}", path.display()))?;
                File::open(&path)
            }
            outcome => outcome,
        };
        read_key(file, &path)
    }

    /// Reads the key in the data folder.
    ///
    /// # Errors
    /// Fails when there is none, others than the owner may read the file, or it is not a key.
    pub fn existing(data_folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data_folder);
        match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "there is no development key in the folder {}; `serve --dev` creates one there",
                data_folder.display()
            ),
            outcome => read_key(outcome, &path),
        }
    }

    /// Signs a token with these claims, which expires after `lifetime`.
    ///
    /// # Errors
    /// Fails when it cannot be signed, which is an internal error.
    pub fn mint(&self, claims: &Claims, lifetime: Duration, clock: &Clock) -> Result<String> {
        let now = clock.now();
        let payload = json!({
            "iss": ISSUER_AND_AUDIENCE,
            "aud": ISSUER_AND_AUDIENCE,
            "iat": now.timestamp(),
            "exp": (now + lifetime).timestamp(),
            "sub": claims.subject,
            TENANT_CLAIM: claims.tenant,
            "permissions": permissions(claims.permissions),
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

/// The permissions as texts. All of them are one text: the token stands in the playground's headers.
fn permissions(granted: Permissions) -> Vec<&'static str> {
    if granted == Permissions::all() {
        vec![ALL_PERMISSIONS]
    } else {
        granted.iter().map(Permission::name).collect()
    }
}

/// Writes a key to a temporary file and then renames it, so that a reader never sees half a key. When two processes do so
/// at once, the first key stays.
fn create(data_folder: &Path) -> anyhow::Result<()> {
    let aside = data_folder.join(format!(
        "{FILE}-{}",
        BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<12>()?)
    ));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    let text = BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<LENGTH>()?);
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

fn read_key(file: std::io::Result<File>, path: &Path) -> anyhow::Result<DevelopmentKey> {
    file.map_err(anyhow::Error::from)
        .and_then(read)
        .with_context(|| format!("cannot use the development key {}", path.display()))
}

fn read(file: File) -> anyhow::Result<DevelopmentKey> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    ensure!(
        mode & !0o600 == 0,
        "its mode is {mode:o}, so others than its owner may use it; remove it, and `serve --dev` creates a new one",
    );
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text)?;
    BASE64_URL_SAFE_NO_PAD
        .decode(text.trim_end())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(DevelopmentKey)
        .ok_or_else(|| anyhow!("it is not a key; remove it, and `serve --dev` creates a new one"))
}

fn random_bytes<const LENGTH: usize>() -> anyhow::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes).map_err(|_| anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}
