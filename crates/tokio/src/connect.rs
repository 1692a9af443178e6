//! Reaches a host: addresses, time, and what it means when nobody is there.
//!
//! in:  a name and a port      out: a connected socket, or an ending that says why not
//! law: each address gets its turn; what failed last is what is said

use core::time::Duration;
use std::io;

use mailwright_reply::{Attempt, Ending, NoHost, Stage};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Connects to the first address of the host that answers.
///
/// `patience`: for each address.
pub(crate) async fn connect(host: &str, port: u16, patience: Duration) -> Result<TcpStream, Attempt> {
    let failed = |ending| Attempt::new(Stage::Connect, ending);
    // That the system's resolver fails says nothing about the name (law 4).
    let Ok(Ok(addresses)) = timeout(patience, lookup_host((host, port))).await else {
        return Err(failed(Ending::NoHost(NoHost::NotNow)));
    };
    let mut last = Ending::NoHost(NoHost::NoAddress);
    for address in addresses {
        last = match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands and bodies leave in pieces that are already as large as they should be.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => ending(&error),
            Err(_) => Ending::TimedOut,
        };
    }
    Err(failed(last))
}

fn ending(error: &io::Error) -> Ending {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, TimedOut};
    let kind = error.kind();
    if kind == ConnectionRefused {
        Ending::Refused
    } else if kind == ConnectionReset {
        Ending::Reset
    } else if kind == TimedOut {
        Ending::TimedOut
    } else {
        Ending::Unreachable
    }
}
