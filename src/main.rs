//! The program: starts the log, reads the command line, runs one command and prints its error.

use std::process::ExitCode;

use clap::Parser as _;
use external_contacts::cli::{Cli, explain};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let traces = match cli.start_log() {
        Ok(traces) => traces,
        Err(error) => {
            eprintln!("error: {}", explain(&error));
            return ExitCode::FAILURE;
        }
    };
    let done = cli.run().await;
    if let Some(traces) = traces {
        traces.finish();
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", explain(&error));
            ExitCode::FAILURE
        }
    }
}
