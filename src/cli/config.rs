//! The command that prints the settings in force.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Command, Subcommand};
use toml::Value;

use super::doctor::Exposed;
use super::settings_file::{SettingsFile, Source, is_setting};
use crate::config::ServeConfig;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings that `serve` has with the same flags, environment and file: as a configuration file, with the
    /// origin of each. Secrets are hidden.
    Show(Box<ServeConfig>),
}

/// The settings of the command that `matches` name, one per line.
pub(super) fn describe(command: &Command, matches: &ArgMatches, file: &SettingsFile) -> String {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return describe(command, matches, file);
    }
    let mut text = String::new();
    for argument in command.get_arguments().filter(|argument| is_setting(argument)) {
        let Some(name) = argument.get_long() else { continue };
        // Writing to a text cannot fail.
        let _ = match (value(argument, matches), Source::of(argument, matches, file)) {
            (Some(_), Some(source)) if argument.is_hide_env_values_set() => {
                writeln!(text, "# {name} is set and hidden ({source})")
            }
            (Some(value), Some(source)) => writeln!(text, "{name} = {value} # {source}"),
            _ => writeln!(text, "# {name} is not set"),
        };
    }
    text
}

/// The secrets among the settings that others may read.
pub(super) fn exposed_secrets(command: &Command, matches: &ArgMatches, file: &SettingsFile) -> Exposed {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return exposed_secrets(command, matches, file);
    }
    let mut exposed = Exposed::default();
    for argument in command
        .get_arguments()
        .filter(|argument| argument.is_hide_env_values_set())
    {
        match (Source::of(argument, matches, file), argument.get_long()) {
            (Some(Source::Flag), Some(flag)) => exposed.flags.push(flag.to_owned()),
            (Some(Source::File(path)), _) => exposed.file = Some(path),
            _ => {}
        }
    }
    exposed
}

/// The value of an argument, as the configuration file has it.
fn value(argument: &Arg, matches: &ArgMatches) -> Option<Value> {
    let mut values = matches
        .get_raw(argument.get_id().as_str())?
        .map(|text| typed(&text.to_string_lossy()));
    if matches!(argument.get_action(), ArgAction::Append) {
        Some(Value::Array(values.collect()))
    } else {
        values.next()
    }
}

/// The value of a text in its type; a number that would lose digits stays a text.
fn typed(text: &str) -> Value {
    let truth = text.parse().ok().map(Value::Boolean);
    let integer = || text.parse().ok().map(Value::Integer);
    let float = || {
        text.contains('.')
            .then(|| text.parse().ok().map(Value::Float))
            .flatten()
    };
    truth
        .or_else(integer)
        .or_else(float)
        .unwrap_or_else(|| Value::String(text.to_owned()))
}
