//! Ports for tests that cannot leave the choice to the system.

use std::env;
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};

/// The first port that a server without `--port` tries.
pub(super) const FIRST: u16 = 3000;

/// The turn of a test that uses the default ports; others wait for it, whichever process they are in.
#[derive(Debug)]
pub(super) struct DefaultPorts {
    _lock: File,
}

impl DefaultPorts {
    pub(super) fn take() -> Self {
        let path = env::temp_dir().join("stack-tests-default-ports.lock");
        let file = OpenOptions::new().create(true).append(true).open(path);
        let lock = file.expect("the temporary folder takes a file");
        lock.lock().expect("a file of the temporary folder can be locked");
        Self { _lock: lock }
    }
}

/// A port that nothing listens on, below those that the system gives out by itself.
pub(crate) fn free_port() -> u16 {
    let first = 10_000 + u16::try_from(std::process::id() % 20_000).expect("below 20,000");
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok();
    (first..32_000).find(is_free).expect("one of many ports is free")
}
