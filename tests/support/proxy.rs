//! A proxy in front of a server, which can swallow what passes through it, as a firewall does: nobody is told.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// A proxy that runs until the test ends.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Connections that were made before the last time are dead.
    times: AtomicUsize,
    /// So are new ones.
    swallows: AtomicBool,
}

impl Proxy {
    /// A proxy in front of a server on this machine.
    pub(crate) fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = proxy.state.clone();
        let server = SocketAddr::from(([127, 0, 0, 1], port));
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let Ok(server) = TcpStream::connect(server) else { continue };
                let born = if state.swallows.load(SeqCst) { None } else { Some(state.times.load(SeqCst)) };
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                for (from, to) in [(client, server), back] {
                    let state = state.clone();
                    thread::spawn(move || carry(from, to, &state, born));
                }
            }
        });
        proxy
    }

    /// From now on nothing passes on the connections that there are.
    pub(crate) fn forget(&self) {
        self.state.times.fetch_add(1, SeqCst);
    }

    /// Says whether nothing passes at all, on new connections neither. Those of that time stay dead.
    pub(crate) fn swallow(&self, swallow: bool) {
        self.state.swallows.store(swallow, SeqCst);
        self.forget();
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, state: &State, born: Option<usize>) {
    let mut bytes = [0; 65_536];
    loop {
        let read = from.read(&mut bytes).unwrap_or(0);
        // Of a dead connection no end comes through either.
        let dead = born != Some(state.times.load(SeqCst));
        if read == 0 && !dead {
            let _ = to.shutdown(Shutdown::Both);
        }
        if read == 0 || !dead && to.write_all(&bytes[..read]).is_err() {
            return;
        }
    }
}
