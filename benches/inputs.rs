//! The inputs that the benches share: the same octets for us and for every peer.

/// Ordinary addresses, as envelopes and header fields hold them: 27 octets on average.
pub const ADDRESSES: &[&str] = &[
    "alice@example.org",
    "bob.builder@mail.example.com",
    "carol+lists@example.net",
    "d.e.f@department.university.example",
    "no-reply@notifications.shop.example",
    "bounces+12345-ab12-user=example.org@em.sender.example",
    "info@a.example",
    "firstname.lastname@company-name.example",
    "x_y_z@sub.domain.example.co",
    "postmaster@example.org",
    "12345678@qq.example",
    "o'brien@pub.example",
    "team-42@list.project.example",
    "ops@status.example.io",
];
