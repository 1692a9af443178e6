//! Turns labels between their two spellings, and checks them.
//!
//! in:  a domain with A-labels or U-labels      out: all A-labels, all U-labels, or what is wrong
//! law: nothing is mapped: a U-label that IDNA would change is refused (RFC 5890 §2.3.2.1)

use alloc::borrow::Cow;
use alloc::string::String;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::fault::Fault;

/// Whether comments or blanks stand inside the octets of a domain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    None,
    Inside,
}

/// Whether the label claims to be an A-label.
#[inline]
pub(crate) fn is_ace(label: &[u8]) -> bool {
    label.first_chunk::<4>().is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))
}

/// Checks a domain that has labels outside ASCII or `xn--` labels.
pub(crate) fn check(octets: &[u8], blanks: Blanks) -> Result<(), Fault> {
    let plain: Cow<'_, [u8]> = match blanks {
        Blanks::None => Cow::Borrowed(octets),
        Blanks::Inside => Cow::Owned(crate::scan::without_blanks(octets)),
    };
    let text = core::str::from_utf8(&plain).map_err(|_| Fault::NotUtf8)?;
    // Longer names are over their limit anyway, and are not given to code that is not linear.
    if text.len() > 512 || text.split('.').any(|label| label.is_ascii() && label.len() > 63) {
        return Ok(());
    }
    let fault = if text.is_ascii() { Fault::FakeALabel } else { Fault::NotULabel };
    let ascii = to_ascii(text).ok_or(fault)?;
    if ascii.split('.').any(|label| label.len() > 63) {
        return Err(Fault::LabelTooLong);
    }
    if ascii.len() > 255 {
        return Err(Fault::DomainTooLong);
    }
    let unicode = to_unicode(&ascii).ok_or(fault)?;
    let same = text.split('.').zip(unicode.split('.')).all(|(written, meant)| {
        written.is_ascii() || written.chars().map(|c| c.to_ascii_lowercase()).eq(meant.chars())
    });
    if same && text.split('.').count() == unicode.split('.').count() { Ok(()) } else { Err(fault) }
}

/// The domain with each label as A-label, in lower case where it was changed.
pub(crate) fn to_ascii(text: &str) -> Option<String> {
    Uts46::new()
        .to_ascii(text.as_bytes(), deny(text), Hyphens::Check, DnsLength::Ignore)
        .ok()
        .map(Cow::into_owned)
}

/// The domain with each label as U-label.
pub(crate) fn to_unicode(text: &str) -> Option<String> {
    let (unicode, checked) = Uts46::new().to_unicode(text.as_bytes(), deny(text), Hyphens::Check);
    checked.is_ok().then(|| unicode.into_owned())
}

/// The parser has judged every ASCII octet already; the underscore passes only where its switch let it.
fn deny(text: &str) -> AsciiDenyList {
    if text.contains('_') { AsciiDenyList::EMPTY } else { AsciiDenyList::STD3 }
}
