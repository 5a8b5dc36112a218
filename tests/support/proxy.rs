//! A proxy in front of a server, which can swallow what passes through it, as a firewall does: nobody is told. It can be slow, too.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
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
    /// Bytes a second that pass each way on a connection; 0: as many as come.
    rate: AtomicU64,
    /// Words after which nothing passes on the connections that there are.
    last: Mutex<Option<&'static str>>,
    /// Both ends of every connection.
    ends: Mutex<Vec<TcpStream>>,
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
                state.ends.lock().unwrap().extend([server.try_clone().unwrap(), client.try_clone().unwrap()]);
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

    /// Once these words have passed, nothing more passes on the connections that there are then.
    pub(crate) fn forget_after(&self, words: &'static str) {
        *self.state.last.lock().unwrap() = Some(words);
    }

    /// Says whether nothing passes at all, on new connections neither. Those of that time stay dead.
    pub(crate) fn swallow(&self, swallow: bool) {
        self.state.swallows.store(swallow, SeqCst);
        self.forget();
    }

    /// Hangs up on both ends of every connection.
    pub(crate) fn cut(&self) {
        for end in self.state.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Lets so many bytes a second pass each way on a connection; 0: as many as come.
    pub(crate) fn slow(&self, rate: u64) {
        self.state.rate.store(rate, SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, state: &State, born: Option<usize>) {
    let mut bytes = [0; 65_536];
    loop {
        let rate = state.rate.load(SeqCst);
        // A tenth of a second's worth at a time.
        let most = if rate == 0 { bytes.len() } else { bytes.len().min((rate / 10).max(1) as usize) };
        let read = from.read(&mut bytes[..most]).unwrap_or(0);
        let pause = (read as u64 * 1_000_000).checked_div(rate).unwrap_or_default();
        thread::sleep(Duration::from_micros(pause));
        // Of a dead connection no end comes through either.
        let dead = born != Some(state.times.load(SeqCst));
        if read == 0 && !dead {
            let _ = to.shutdown(Shutdown::Both);
        }
        if read == 0 || !dead && to.write_all(&bytes[..read]).is_err() {
            return;
        }
        let said = |words: &&str| bytes[..read].windows(words.len()).any(|part| part == words.as_bytes());
        if state.last.lock().unwrap().take_if(|words| said(words)).is_some() {
            state.times.fetch_add(1, SeqCst);
        }
    }
}
