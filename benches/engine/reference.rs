//! The reference of `copy`: what tokio moves between a socket and the pipes of `cat`, with nothing around it.

use std::env;
use std::process::{Command, Stdio};

use anyhow::Context;
use tokio::io::{self, AsyncReadExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

use crate::copy::TOTAL;
use crate::program::Owned;
use crate::server::Server;

/// The word that makes this program the reference.
pub(crate) const SERVE: &str = "--serve-reference";

/// Starts this program as the reference.
pub(crate) fn start() -> anyhow::Result<Server> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(SERVE);
    Server::start(command)
}

/// Serves one connection after another until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            through_cat(stream).await?;
        }
    })
}

/// Each direction is a task, so that both cores can work.
async fn through_cat(stream: TcpStream) -> anyhow::Result<()> {
    let mut cat = Owned(Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
    let stdin = cat.0.stdin.take().context("stdin was piped above")?;
    let stdout = cat.0.stdout.take().context("stdout was piped above")?;
    let mut stdin = Sender::from_owned_fd(stdin.into())?;
    let mut stdout = Receiver::from_owned_fd(stdout.into())?;
    let (from_client, mut to_client) = stream.into_split();
    // As a server knows it by Content-Length: the client does not close to say that it has sent all.
    let mut from_client = from_client.take(TOTAL as u64);
    let upload = tokio::spawn(async move { io::copy(&mut from_client, &mut stdin).await });
    let download = tokio::spawn(async move { io::copy(&mut stdout, &mut to_client).await });
    upload.await??;
    download.await??;
    Ok(())
}
