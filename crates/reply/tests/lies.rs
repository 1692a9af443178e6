//! Codes that lie, and words about somebody else, in many forms: the tables of `lies.txt` and `spared.txt`.

use mailwright_reply::{Cause, Refusal, Rules, Stage, classify};

#[test]
fn words_outrank_the_first_digit_in_every_language() {
    let mut wrong = Vec::new();
    let mut checked = 0_usize;
    for line in include_str!("lies.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
        let [cause, meant, stage, text] = fields.as_slice() else { panic!("four fields: {line}") };
        let mut refusal = Refusal::from_text(text.as_bytes());
        if let Ok(stage) = stage.parse::<Stage>() {
            refusal = refusal.with_stage(stage);
        }
        let found = classify(&refusal, Rules::built_in());
        let cause: Cause = cause.parse().unwrap_or_else(|_| panic!("a cause: {line}"));
        let later = *meant == "later";
        if (found.cause, found.is_temporary()) != (cause, later) || !found.lies() {
            wrong.push(format!("{line}\n    is {} {:?}", found.cause, found.lasting));
        }
        assert!(
            !later || found.suppression().is_none_or(|it| it.strength() > mailwright_reply::Strength::Second)
        );
        checked = checked.saturating_add(1);
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 150);
}

#[test]
fn nobody_is_left_alone_for_words_about_another() {
    let mut wrong = Vec::new();
    for line in include_str!("spared.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some((stage, text)) = line.split_once(" | ") else { panic!("two fields: {line}") };
        let mut refusal = Refusal::from_text(text.as_bytes());
        if let Ok(stage) = stage.parse::<Stage>() {
            refusal = refusal.with_stage(stage);
        }
        let found = classify(&refusal, Rules::built_in());
        if found.suppression().is_some_and(|it| it.strength() < mailwright_reply::Strength::Soft) {
            wrong.push(format!("{line}\n    is {}", found.cause));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
