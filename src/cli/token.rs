//! The command that prints a token for the development server.

use std::time::Duration;

use anyhow::bail;
use clap::Args;

use super::output::print;
use crate::app::{self, DEVELOPMENT_SUBJECT, DEVELOPMENT_TENANT};
use crate::auth::{Claims, DevelopmentKey};
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::model::{Permission, Permissions, TenantName};

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(flatten)]
    data: DataConfig,
    /// The permissions that it grants, separated by commas; `*` as in `externalContacts:*:view`. Defaults to all.
    #[arg(long, value_delimiter = ',', value_name = "PERMISSION")]
    permissions: Option<Vec<String>>,
    /// The tenant that it is for.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
    /// The user that it is for.
    #[arg(long, default_value = DEVELOPMENT_SUBJECT)]
    subject: String,
    /// The time until it expires, such as `90s`, `15m`, `12h` or `7d`. Servers accept it for 60 s more, since clocks differ.
    #[arg(long, default_value = "12h", value_parser = lifetime, value_name = "TIME")]
    expires_in: Duration,
}

impl TokenArgs {
    /// Prints the token. The key and the tenant must be there: a token for anything else would be of no use.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let permissions = permissions(self.permissions.as_deref())?;
        let key = DevelopmentKey::existing(&self.data.data)?;
        let store = app::open_existing_store(&self.data, Clock::system()).await?;
        app::existing_tenant(&store, &self.tenant).await?;
        store.close().await;
        let known = app::development_claims();
        let is_developer = self.subject == known.subject;
        let claims = Claims {
            subject: self.subject,
            tenant: self.tenant.to_string(),
            permissions,
            name: known.name.filter(|_| is_developer),
            email: known.email.filter(|_| is_developer),
        };
        let token = key.mint(&claims, self.expires_in, &Clock::system())?;
        print(&format!("{token}\n"))
    }
}

fn permissions(texts: Option<&[String]>) -> anyhow::Result<Permissions> {
    let Some(texts) = texts else {
        return Ok(Permissions::all());
    };
    for text in texts {
        if Permissions::granted([text.as_str()]) == Permissions::default() {
            let all: Vec<&str> = Permission::ALL
                .iter()
                .map(|permission| permission.name())
                .collect();
            bail!("`{text}` grants nothing; permissions are {}", all.join(", "));
        }
    }
    Ok(Permissions::granted(texts.iter().map(String::as_str)))
}

/// Parses a time such as `90s`, `15m`, `12h` or `7d`.
fn lifetime(text: &str) -> Result<Duration, String> {
    let wrong = || "must look like 90s, 15m, 12h or 7d".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(u64::from(number) * seconds))
}
