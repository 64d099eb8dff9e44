//! Two servers to measure the product beside, over the same facts in PostgreSQL:
//!
//! - `peers limit ADDRESS`: the limit: no GraphQL; each workload is one prepared statement that returns its answer as JSON
//! - `peers stock ADDRESS`: the library that the product is built on, used as its guide shows it
//!
//! `DATABASE_URL` names the database and `POOL` the number of connections.

mod limit;
mod stock;

use std::env;
use std::error::Error;
use std::io;

use axum::Router;
use axum::serve::ListenerExt as _;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [server, address] = arguments.as_slice() else {
        return Err("usage: peers limit|stock ADDRESS".into());
    };
    let connections = env::var("POOL")?.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .test_before_acquire(false)
        .connect(&env::var("DATABASE_URL")?)
        .await?;
    let router: Router = match server.as_str() {
        "limit" => limit::router(pool),
        "stock" => stock::router(pool),
        other => return Err(format!("no server {other}; there are: limit stock").into()),
    };
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        served = axum::serve(listener, router) => served.map_err(io::Error::into),
        _ = terminated.recv() => Ok(()),
    }
}
