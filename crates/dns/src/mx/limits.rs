//! How much of a hostile answer is worth a connection.
//!
//! law: a domain that names a thousand hosts costs as many questions as the limit says

/// How many hosts and addresses are worth a connection.
#[derive(Clone, Copy, Debug)]
pub struct MxLimits {
    pub(super) hosts: usize,
    pub(super) addresses: usize,
}

impl Default for MxLimits {
    /// 10 hosts, 20 addresses of each. Where none of the ten has an address, the next are asked for, up to a hundred in all.
    fn default() -> Self {
        Self { hosts: 10, addresses: 20 }
    }
}

impl MxLimits {
    /// At most this many hosts.
    #[must_use]
    pub const fn with_hosts(self, hosts: usize) -> Self {
        Self { hosts, ..self }
    }

    /// At most this many addresses of a host.
    #[must_use]
    pub const fn with_addresses(self, addresses: usize) -> Self {
        Self { addresses, ..self }
    }
}
