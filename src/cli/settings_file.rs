//! The configuration file: TOML, with the long names of flags as keys.
//!
//! Its values become the defaults of the command line's own declarations, so that a flag or an environment variable wins
//! over them, and a setting needs no second declaration here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command};
use toml::{Table, Value};

/// The flag that names the file.
pub(super) const CONFIG: &str = "config";
/// The most letters in which an unknown name may differ from the one that is suggested.
const MOST_TYPOS: usize = 3;

/// A configuration file, read.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    path: PathBuf,
    values: BTreeMap<String, Vec<String>>,
}

impl SettingsFile {
    /// Reads the file that the command line or the environment names, or none.
    ///
    /// # Errors
    /// Fails when the file cannot be read, is not TOML, or has a name that is not one of a setting of `command`.
    pub fn named_in(command: &Command, arguments: &[OsString]) -> anyhow::Result<Self> {
        // Whatever is wrong with the arguments is reported when they are parsed with the file's values.
        let lenient = command.clone().ignore_errors(true);
        let Some(path) = lenient
            .try_get_matches_from(arguments)
            .ok()
            .and_then(|matches| matches.get_one::<PathBuf>(CONFIG).cloned())
        else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
        Self::parse(command, path.clone(), &text)
            .with_context(|| format!("in the configuration file {}", path.display()))
    }

    fn parse(command: &Command, path: PathBuf, text: &str) -> anyhow::Result<Self> {
        let table: Table = toml::from_str(text)?;
        let known = settings(command);
        let mut values = BTreeMap::new();
        for (name, value) in table {
            let Some(takes_list) = known.get(&name) else {
                bail!("{}", unknown(&name, known.keys()));
            };
            let texts = texts(value).with_context(|| format!("`{name}` has no value of a setting"))?;
            if texts.len() != 1 && !takes_list {
                bail!("`{name}` takes one value, not a list");
            }
            values.insert(name, texts);
        }
        Ok(Self { path, values })
    }

    /// Makes the file's values the defaults of `command` and its subcommands.
    pub fn give_defaults(&self, command: Command) -> Command {
        if self.values.is_empty() {
            return command;
        }
        command
            .mut_args(|argument| match self.value_of(&argument) {
                Some(values) => argument.default_values(values.to_owned()),
                None => argument,
            })
            .mut_subcommands(|subcommand| self.give_defaults(subcommand))
    }

    /// The values that the file has for an argument.
    pub fn value_of(&self, argument: &Arg) -> Option<&[String]> {
        is_setting(argument)
            .then(|| argument.get_long())
            .flatten()
            .and_then(|name| self.values.get(name))
            .map(Vec::as_slice)
    }

    /// The path of the file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&self.path)
    }

    /// Says that a value comes from the file, where clap's error cannot know it.
    pub fn explain(&self, error: &clap::Error) -> Option<String> {
        if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
            return None;
        }
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let name = text(ContextKind::InvalidArg)?
            .trim_start_matches('-')
            .split(' ')
            .next()?;
        let value = text(ContextKind::InvalidValue)?;
        let values = self.values.get(name)?;
        values.iter().any(|given| given == value).then(|| {
            let cause =
                std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
            format!(
                "in the configuration file {}: `{name}` cannot be {value:?}{cause}",
                self.path.display()
            )
        })
    }
}

/// The settings of a command and its subcommands, and whether each takes a list.
fn settings(command: &Command) -> BTreeMap<String, bool> {
    let own = command
        .get_arguments()
        .filter(|argument| is_setting(argument))
        .filter_map(|argument| {
            let takes_list = matches!(argument.get_action(), clap::ArgAction::Append);
            Some((argument.get_long()?.to_owned(), takes_list))
        });
    own.chain(command.get_subcommands().flat_map(settings)).collect()
}

/// Whether an argument is a setting: one that the environment may give as well. The file cannot name another file.
pub(super) fn is_setting(argument: &Arg) -> bool {
    argument.get_env().is_some() && argument.get_long().is_some_and(|name| name != CONFIG)
}

/// The texts of a value, as a flag would give them; `None` for what no flag takes.
fn texts(value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Float(number) => Some(vec![number.to_string()]),
        Value::Boolean(truth) => Some(vec![truth.to_string()]),
        Value::Array(values) => values
            .into_iter()
            .map(|value| match value {
                Value::Array(_) => None,
                value => texts(value)?.pop(),
            })
            .collect(),
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> String {
    let nearest = known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, _)| *distance <= MOST_TYPOS);
    match nearest {
        Some((_, nearest)) => format!("there is no setting `{name}`; did you mean `{nearest}`?"),
        None => format!(
            "there is no setting `{name}`; settings have the names of flags, which `external-contacts serve --help` lists"
        ),
    }
}

/// The origin of a setting's value.
pub(super) enum Source {
    /// A flag.
    Flag,
    /// This environment variable.
    Environment(String),
    /// The configuration file.
    File(PathBuf),
    /// The program.
    Default,
}

impl Source {
    /// Finds the origin of an argument's value.
    pub fn of(argument: &Arg, matches: &ArgMatches, file: &SettingsFile) -> Option<Self> {
        use clap::parser::ValueSource;

        match matches.value_source(argument.get_id().as_str())? {
            ValueSource::CommandLine => Some(Self::Flag),
            ValueSource::EnvVariable => {
                let variable = argument.get_env()?.to_string_lossy().into_owned();
                Some(Self::Environment(variable))
            }
            _ if file.value_of(argument).is_some() => file.path().map(|path| Self::File(path.to_owned())),
            _ => Some(Self::Default),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(variable) => write!(f, "environment, {variable}"),
            Self::File(path) => write!(f, "file, {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}
