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

/// The lines of an ordinary session, as they are on the wire.
pub const COMMANDS: &[&str] = &[
    "EHLO mail.example.org\r\n",
    "MAIL FROM:<alice@example.org>\r\n",
    "RCPT TO:<bob.builder@mail.example.com>\r\n",
    "RCPT TO:<carol+lists@example.net>\r\n",
    "DATA\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
];

/// Lines with parameters.
pub const COMMANDS_WITH_PARAMETERS: &[&str] = &[
    "MAIL FROM:<alice@example.org> SIZE=20480 BODY=8BITMIME\r\n",
    "MAIL FROM:<bounces+12345-ab12@em.sender.example> SIZE=1048576 BODY=8BITMIME RET=HDRS ENVID=QQ314159\r\n",
    "MAIL FROM:<alice@example.org> SIZE=512 SMTPUTF8 REQUIRETLS\r\n",
    "RCPT TO:<bob.builder@mail.example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@mail.example.com\r\n",
    "RCPT TO:<carol+lists@example.net> NOTIFY=NEVER\r\n",
];

/// About a MiB of base64 in 76 columns.
#[must_use]
pub fn ordinary_body() -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut body = Vec::with_capacity(MIB + 100);
    let mut state = 1_usize;
    while body.len() < MIB {
        for _ in 0..76 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            body.push(alphabet[state >> 58]);
        }
        body.extend_from_slice(b"\r\n");
    }
    body
}

/// About a MiB of text of which each hundredth line starts with a dot, stuffed.
#[must_use]
pub fn text_body() -> Vec<u8> {
    let mut body = Vec::with_capacity(MIB + 100);
    let mut line = 0_usize;
    while body.len() < MIB {
        line += 1;
        if line.is_multiple_of(100) {
            body.extend_from_slice(b"..");
        }
        body.extend_from_slice(
            b"The quick brown fox jumps over the lazy dog, and 17 others look on."[..20 + line % 47].as_ref(),
        );
        body.extend_from_slice(b"\r\n");
    }
    body
}

/// About a MiB of lines of three columns, each with a dot in front, stuffed.
#[must_use]
pub fn dotted_body() -> Vec<u8> {
    b"..ab\r\n".repeat(MIB / 6)
}

const MIB: usize = 1 << 20;
