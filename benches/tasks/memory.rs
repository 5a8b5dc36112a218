//! What the gateway holds in memory: at rest, and while 64 clients ask for the profile at once.

use crate::{
    Result,
    measure::{
        load::{Client, graphql},
        process::memory,
    },
    say,
};
use std::{io::Write, thread, time::Duration};

const CLIENTS: usize = 64;
const REQUESTS: usize = 4;

pub(crate) fn run(url: &str) -> Result<()> {
    let gateway = crate::gateway(url)?;
    thread::sleep(Duration::from_secs(1));
    let fresh = memory(gateway.pid(), "VmRSS")?;
    let request = graphql(super::contest::PROFILE)?;
    let ask = || {
        let mut client = Client::connect(gateway.address)?;
        (0..REQUESTS).try_for_each(|_| client.ask(&request).map(drop))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_panic| "a client panicked")?)
    })?;
    thread::sleep(Duration::from_secs(1));
    say!("\nMemory of the gateway, MiB");
    say!("  at rest, fresh                       {fresh:>7.1}   target ≤ 60");
    say!("  highest, 64 profiles at once         {:>7.1}   target ≤ 250", memory(gateway.pid(), "VmHWM")?);
    say!("  at rest again, a second later        {:>7.1}", memory(gateway.pid(), "VmRSS")?);
    Ok(())
}
