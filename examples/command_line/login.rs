//! A user and a password, as an argument gives them.
//!
//! in:  `USER:PASS`      out: both, neither empty; the password may hold colons
//! law: the password stands in no `Debug`

/// A user and a password.
#[derive(Clone)]
pub struct Login {
    /// Up to the first colon.
    pub user: String,
    /// All that follows it.
    pub password: String,
}

impl std::str::FromStr for Login {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((user, password)) if !user.is_empty() && !password.is_empty() => {
                Ok(Self { user: user.to_owned(), password: password.to_owned() })
            }
            _ => Err("expected USER:PASS, neither of them empty"),
        }
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}
