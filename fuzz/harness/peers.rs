//! Where other readers are known to see something else, and what they see where they are not.

use mailwright::message::{Kind, Reader};

/// Why header sections are read in other ways, if they may be. Each class is a decision of RFC 5322 or of ours.
pub fn odd_header(octets: &[u8]) -> Option<&'static str> {
    let end = octets.windows(2).position(|two| two == b"\n\n");
    let crlf = octets.windows(3).position(|three| three == b"\n\r\n");
    let Some(end) = [end, crlf].into_iter().flatten().min() else {
        return Some("no empty line behind the fields");
    };
    let header = &octets[..=end];
    if header.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n') {
        return Some("a bare CR is no line end here");
    }
    if !header.iter().all(|b| (32..127).contains(b) || matches!(b, b'\t' | b'\r' | b'\n')) {
        return Some("controls and octets above 127 may end a name or a value there");
    }
    for line in header.split_inclusive(|b| *b == b'\n') {
        let blank = line.iter().all(u8::is_ascii_whitespace);
        let continues = line.starts_with(b" ") || line.starts_with(b"\t");
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        let good = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') && !name.is_empty();
        match (blank, continues) {
            (true, _) => return Some("a line of blanks is a fold here, and the end of a section there"),
            (_, true) => {}
            _ if !line.contains(&b':') => return Some("a line without a colon"),
            _ if !good => return Some("a name that no field may have"),
            _ => {}
        }
    }
    (header.starts_with(b" ") || header.starts_with(b"\t")).then_some("a continuation of nothing")
}

/// A value without its folds and blanks.
pub fn squeezed(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect()
}

/// Why trees are read in other ways, if they may be.
pub fn odd_tree(reader: &Reader<'_>) -> Option<&'static str> {
    let octets = reader.octets();
    if let Some(why) = odd_header(octets) {
        return Some(why);
    }
    if reader.is_cut() || reader.parts().count() < 2 {
        return Some("a limit, or nothing to compare");
    }
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for part in reader.parts() {
        let (header, body) = (part.header_span(), part.body_span());
        let types = part.fields().filter(|field| field.is_named("Content-Type")).count();
        if part.parent().is_some()
            && header.start < header.end
            && odd_header(&octets[header.start..]).is_some()
        {
            return Some("a part with an odd header section");
        }
        if types > 1 || part.fields().filter(|field| field.is_named("Content-Transfer-Encoding")).count() > 1
        {
            return Some("two types: the first counts here");
        }
        if part.kind() == Kind::Message || part.content_type().is_kind("message") {
            return Some("messages inside are told in other ways");
        }
        if part.kind() == Kind::Leaf {
            if part.content_type().is_kind("multipart") || body.start == header.end {
                return Some("a multipart without a boundary, or a part without a body");
            }
            continue;
        }
        let kind = part.content_type();
        let Some(boundary) = kind.raw_parameter("boundary") else { return Some("a boundary in pieces") };
        let plain = boundary.iter().all(u8::is_ascii_alphanumeric) && !boundary.is_empty();
        let alone = !seen.iter().any(|other| other.starts_with(boundary) || boundary.starts_with(other));
        if !plain
            || !alone
            || types != 1
            || part.encoding() != mailwright::message::TransferEncoding::SevenBit
        {
            return Some("a boundary that is odd, or like another");
        }
        let raw = part.field("Content-Type").map(|field| field.raw_value().to_vec()).unwrap_or_default();
        let blanks =
            raw.windows(2).any(|w| w[0] == b'=' && w[1].is_ascii_whitespace()) || raw.contains(&b'\n');
        if blanks
            || raw.contains(&b'(')
            || raw.windows(2).any(|w| w == b"*=")
            || raw.split(|b| *b == b';').count() != 2
        {
            return Some("comments, folds, and parameters in pieces");
        }
        let mark = [b"--", boundary].concat();
        let lines: Vec<&[u8]> =
            octets[body.clone()].split(|b| *b == b'\n').filter(|line| line.starts_with(&mark)).collect();
        let whole = lines.iter().all(|line| matches!(&line[mark.len()..], b"" | b"\r" | b"--" | b"--\r"));
        let anywhere = octets[body.clone()].windows(mark.len()).filter(|window| *window == mark).count();
        if anywhere != lines.len() {
            return Some("a delimiter in the middle of a line");
        }
        if lines.first().is_some_and(|line| line.trim_ascii_end().ends_with(b"--")) {
            return Some("a delimiter that closes what never began: no part here, one there");
        }
        if !whole || !lines.last().is_some_and(|line| line.trim_ascii_end().ends_with(b"--")) {
            return Some("delimiters with something behind them, or none that closes");
        }
        seen.push(boundary.to_vec());
    }
    None
}

/// The leaves that mail-parser sees.
pub fn leaves(octets: &[u8]) -> Option<usize> {
    let message = mail_parser::MessageParser::default().parse(octets)?;
    Some(
        message.parts.iter().filter(|part| !matches!(part.body, mail_parser::PartType::Multipart(_))).count(),
    )
}
