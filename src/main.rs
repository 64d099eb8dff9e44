//! The program: starts the log, reads the command line, runs one command and prints its error.

use std::process::ExitCode;

use clap::Parser as _;
use external_contacts::cli::{Cli, explain};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.start_log();
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", explain(&error));
            ExitCode::FAILURE
        }
    }
}
