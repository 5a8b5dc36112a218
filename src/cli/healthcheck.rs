//! `medimax healthcheck`: whether a gateway is alive, for containers that hold no other program to ask with.

use super::say;
use crate::{
    config::Config,
    error::{Error, Result},
    http::ALIVE,
    telemetry::client::{Answer, Client, Trust},
};
use clap::{Arg, ArgMatches, Command};
use http_body_util::Full;
use hyper::{Request, Uri};
use std::time::Duration;

/// How long all of it may take. A gateway that is slower than that is not well.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn command() -> Command {
    Command::new("healthcheck").about("Ask the gateway whether it is alive; exit code 1 if it does not say so").arg(
        Arg::new("url").value_name("URL").help(
            "Ask here, as http://127.0.0.1:8080/healthz; left out: the gateway of this configuration. Of HTTPS the \
             certificate is not checked",
        ),
    )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let url = args.get_one::<String>("url").map_or_else(|| own(config), |url| with_path(url));
    let answer = ask(&url).await.map_err(|error| Error::Setup(format!("{url} does not answer: {error}")))?;
    let body = String::from_utf8_lossy(&answer.body);
    match (answer.status.is_success(), body.trim()) {
        (true, ALIVE) => say(ALIVE),
        (true, _) => Err(Error::Setup(format!("{url} answers, but not as a gateway's /healthz does: `{ALIVE}`"))),
        (false, body) => Err(Error::Setup(format!("{url} answers {}: {body}", answer.status))),
    }
}

/// A URL that names a host alone asks where a gateway tells whether it is alive.
fn with_path(url: &str) -> String {
    let bare = url.parse::<Uri>().is_ok_and(|uri| uri.path() == "/" && uri.query().is_none());
    if bare { format!("{}/healthz", url.trim_end_matches('/')) } else { url.to_owned() }
}

/// Where the gateway of this configuration answers. An address that stands for all of a machine's (`0.0.0.0`) is one to
/// ask at, too: a connection to it goes to the machine itself.
pub(super) fn own(config: &Config) -> String {
    let scheme = if config.tls_certificate_file.as_os_str().is_empty() { "http" } else { "https" };
    format!("{scheme}://{}/healthz", config.listen)
}

/// What is answered at a URL.
pub(super) async fn ask(url: &str) -> Result<Answer, String> {
    let wrong = |_| "a URL looks like http://127.0.0.1:8080/healthz".to_owned();
    let uri: Uri = url.parse().map_err(|_not_a_url| wrong(""))?;
    let client = Client::new(&uri, Trust::Anybody, PATIENCE).map_err(wrong)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path).body(Full::default()).map_err(|_not_a_url| wrong(""))?;
    client.ask(request).await
}
