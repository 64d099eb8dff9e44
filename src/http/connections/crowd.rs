//! The connections that are open, within a bound.
//!
//! Beyond the bound, the connection that has been idle for longest makes room: its client loses nothing but the time for
//! another. Where all are busy, a few more are accepted for the health checks among them, and any other request on them is
//! refused. Beyond those, connections are closed at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::client::Client;

/// The connections beyond the bound that are kept for health checks.
const RESERVE: usize = 16;

/// The open connections of a listener.
pub(super) struct Crowd {
    most: usize,
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    last_id: u64,
    clients: HashMap<u64, Arc<Client>>,
}

/// The place of one connection, until it is dropped.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    id: u64,
    pub client: Arc<Client>,
    /// Whether this is a connection for health checks alone.
    pub is_beyond_bound: bool,
}

impl Crowd {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            members: Mutex::default(),
        })
    }

    /// Takes a place for a connection, closes another one for it if need be, or refuses it.
    pub fn enter(self: &Arc<Self>) -> Option<Place> {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if members.clients.len() >= self.most {
            members.close_idle();
        }
        let open = members.clients.len();
        if open >= self.most + RESERVE {
            return None;
        }
        members.last_id += 1;
        let (id, client) = (members.last_id, Arc::new(Client::new()));
        members.clients.insert(id, client.clone());
        Some(Place {
            crowd: self.clone(),
            id,
            client,
            is_beyond_bound: open >= self.most,
        })
    }

    /// The number of connections on which a request is answered.
    pub fn busy(&self) -> usize {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = members.clients.values();
        clients.filter(|client| client.idle_since().is_none()).count()
    }
}

impl Members {
    /// Closes the connection that has been idle for longest.
    fn close_idle(&mut self) {
        let idle = self
            .clients
            .iter()
            .filter_map(|(id, client)| Some((client.idle_since()?, *id)));
        let longest = idle.min().and_then(|(_, id)| self.clients.remove(&id));
        if let Some(client) = longest {
            client.close();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut members = self.crowd.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.clients.remove(&self.id);
    }
}
