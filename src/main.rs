//! The program: reads the command line, runs one command, prints what went wrong.

fn main() {}
