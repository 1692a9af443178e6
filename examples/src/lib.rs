//! The examples of Mailwright; each file beside this folder is one.
