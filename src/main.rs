//! The program: starts the log, reads the command line, runs one command and prints its error.

use std::process::ExitCode;

use external_contacts::cli::{Cli, LoadError, explain};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let mut cli = match Cli::load(&arguments) {
        Ok(cli) => cli,
        Err(LoadError::Arguments(error)) => error.exit(),
        Err(LoadError::File(error)) => {
            eprintln!("error: {}", explain(&error));
            // As for arguments.
            return ExitCode::from(2);
        }
    };
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
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {}", explain(&error));
            ExitCode::FAILURE
        }
    }
}
