//! The phrases that are not written here.

use crate::markdown::{self, Part};
use crate::text::Text;

/// A phrase, with the reason why it is not written and a replacement.
#[derive(Debug, Clone, Copy)]
pub struct Phrase {
    /// The words in lower case, with one space between them. With `^` before them they are found
    /// only where a sentence begins that is not a question.
    pub words: &'static str,
    /// The words that make the phrase a good one if they come next.
    pub unless_before: &'static [&'static str],
    /// Why it is not written.
    pub reason: &'static str,
    /// The advice: a replacement, or the way to find one.
    pub instead: &'static str,
}

const HEADLESS: &str = "a relative clause without its noun hides the subject or the object";
const NAME_THE_NOUN: &str = "name the noun: \"the error that ..\", \"the task that ..\"";
const PERSON: &str = "a future, a task or an error is not a person";
const NAME_THE_THING: &str = "name the thing, or write \"it\", \"nothing\", \"something\"";
const ARCHAIC: &str = "it is not today's plain English";

/// All of them.
pub const LIST: &[Phrase] = &[
    phrase("of what", HEADLESS, NAME_THE_NOUN),
    phrase("for what", HEADLESS, NAME_THE_NOUN),
    phrase("from what", HEADLESS, NAME_THE_NOUN),
    phrase("with what", HEADLESS, NAME_THE_NOUN),
    phrase("to what", HEADLESS, NAME_THE_NOUN),
    phrase("by what", HEADLESS, NAME_THE_NOUN),
    phrase("that which", HEADLESS, NAME_THE_NOUN),
    phrase("^what", HEADLESS, "begin the sentence with the noun: \"The value that ..\""),
    phrase("^who", HEADLESS, "begin the sentence with the noun: \"A caller that ..\""),
    phrase("^whose", HEADLESS, "begin the sentence with the noun"),
    phrase("those who", HEADLESS, "name them: \"users who\", \"tasks that\""),
    phrase("whoever", HEADLESS, "name the thing: \"the task that ..\""),
    phrase("whomever", HEADLESS, "name the thing: \"the task that ..\""),
    phrase("whom", PERSON, "\"which\", or a sentence in the active voice"),
    phrase("who yields", PERSON, "\"the coroutine that yields\""),
    phrase("who awaits", PERSON, "\"the future that awaits\""),
    phrase("who waits", PERSON, "\"the task that waits\""),
    phrase("who polls", PERSON, "\"the executor that polls\""),
    phrase("he", PERSON, NAME_THE_THING),
    phrase("him", PERSON, NAME_THE_THING),
    phrase("his", PERSON, NAME_THE_THING),
    phrase("himself", PERSON, NAME_THE_THING),
    phrase("she", PERSON, NAME_THE_THING),
    phrase("her", PERSON, NAME_THE_THING),
    phrase("nobody", PERSON, NAME_THE_THING),
    phrase("somebody", PERSON, NAME_THE_THING),
    phrase("anybody", PERSON, NAME_THE_THING),
    phrase("everybody", PERSON, NAME_THE_THING),
    Phrase {
        words: "told",
        unless_before: &["that", "to", "about", "apart", "how", "whether", "which", "why"],
        reason: "\"told\" without an object does not say which event reaches the code, or how",
        instead: "say what happens: \"the cancellation is injected\", \"is reported\", \"is woken\"",
    },
    phrase("but for", ARCHAIC, "\"except for\""),
    phrase("save for", ARCHAIC, "\"except for\""),
    phrase("anew", ARCHAIC, "\"again\""),
    phrase("lest", ARCHAIC, "\"so that .. not\""),
];

const fn phrase(words: &'static str, reason: &'static str, instead: &'static str) -> Phrase {
    Phrase { words, unless_before: &[], reason, instead }
}

/// A word of a paragraph.
struct Word {
    line: usize,
    /// In lower case, without punctuation.
    text: String,
    begins_sentence: bool,
    /// The punctuation after it, if it ends a sentence or a clause.
    ends: Option<char>,
}

pub(crate) fn check(text: &Text, parts: &[Part]) -> Vec<(usize, String)> {
    paragraphs(text, parts).iter().flat_map(|words| complaints(words)).collect()
}

fn complaints(words: &[Word]) -> Vec<(usize, String)> {
    let found = |start: usize| {
        let phrase = LIST.iter().find(|phrase| is_at(phrase, words, start))?;
        let (written, reason, instead) =
            (phrase.words.trim_start_matches('^'), phrase.reason, phrase.instead);
        Some((words[start].line, format!("\"{written}\": {reason}; {instead}")))
    };
    (0..words.len()).filter_map(found).collect()
}

fn is_at(phrase: &Phrase, words: &[Word], start: usize) -> bool {
    let (expected, at_beginning) = match phrase.words.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (phrase.words, false),
    };
    let rest = &words[start..];
    let expected: Vec<&str> = expected.split(' ').collect();
    let Some((found, after)) = rest.split_at_checked(expected.len()) else { return false };
    let (inner, last) = (&found[..found.len() - 1], &found[found.len() - 1]);
    found.iter().zip(&expected).all(|(word, expected)| word.text == *expected)
        && inner.iter().all(|word| word.ends.is_none())
        && !(at_beginning && (!rest[0].begins_sentence || is_question(rest)))
        && !(last.ends.is_none()
            && after.first().is_some_and(|next| phrase.unless_before.contains(&next.text.as_str())))
}

fn is_question(sentence: &[Word]) -> bool {
    sentence.iter().find_map(|word| word.ends) == Some('?')
}

/// The words of each paragraph, item, row and heading. Code in backticks is not searched.
fn paragraphs(text: &Text, parts: &[Part]) -> Vec<Vec<Word>> {
    let mut paragraphs: Vec<Vec<Word>> = Vec::new();
    let mut previous = Part::Break;
    let mut in_code = false;
    for (line, part) in text.lines.iter().zip(parts) {
        let prose = matches!(part, Part::Prose | Part::Heading | Part::Table);
        let begins = *part != Part::Prose || previous != Part::Prose || markdown::begins_item(&line.text);
        previous = *part;
        if !prose {
            continue;
        }
        if begins {
            paragraphs.push(Vec::new());
            in_code = false;
        }
        let plain = without_code(markdown::without_marker(&line.text), &mut in_code);
        if let Some(paragraph) = paragraphs.last_mut() {
            // `What it proves` is the title of a column or a chapter, not a sentence.
            add_words(paragraph, &plain, line.number, *part == Part::Prose);
        }
    }
    paragraphs
}

fn add_words(paragraph: &mut Vec<Word>, line: &str, number: usize, sentences: bool) {
    for word in line.split_whitespace() {
        let begins = paragraph.last().is_none_or(|previous| previous.ends.is_some());
        let closing = |char: char| matches!(char, ')' | '"' | '*' | '_');
        let ends = word.trim_end_matches(closing).chars().last();
        // Two full stops are an ellipsis here, and end no sentence.
        let ends = ends.filter(|end| matches!(end, '.' | '!' | '?' | ':' | ';') && !word.ends_with(".."));
        let text = word.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase();
        if text.is_empty() && ends.is_none() {
            continue;
        }
        paragraph.push(Word { line: number, text, begins_sentence: sentences && begins, ends });
    }
}

/// The line with `_` for each character in backticks.
fn without_code(line: &str, in_code: &mut bool) -> String {
    let replaced = |char: char| {
        *in_code ^= char == '`';
        if *in_code || char == '`' {
            '_'
        } else {
            char
        }
    };
    line.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{page, parts};

    fn found(source: &str) -> Vec<(usize, String)> {
        let text = page(source).remove(0);
        let complaints = check(&text, &parts(&text.lines));
        let phrase = |message: String| message.split('"').nth(1).unwrap_or_default().to_owned();
        complaints.into_iter().map(|(line, message)| (line, phrase(message))).collect()
    }

    fn one(line: usize, phrase: &str) -> Vec<(usize, String)> {
        vec![(line, phrase.to_owned())]
    }

    #[test]
    fn a_phrase_is_found_across_lines() {
        assert_eq!(found("The drop of\nwhat was lent."), one(1, "of what"));
        assert_eq!(found("The drop of.\nwhat was lent."), one(2, "what"));
        assert_eq!(found("The drop of\n\n`what` was lent."), []);
        assert_eq!(found("- of\n- what"), one(2, "what"));
    }

    #[test]
    fn code_is_no_phrase() {
        assert_eq!(found("`of what` and `a of\nwhat b`\n```\nof what\n```"), []);
        assert_eq!(found("see `x` of what"), one(1, "of what"));
    }

    #[test]
    fn a_sentence_does_not_begin_with_a_headless_relative() {
        assert_eq!(found("It ends. What is lent\nis an error."), one(1, "what"));
        assert_eq!(found("What is lent? It says what is lent."), []);
        assert_eq!(found("## What is lent\n\n| what is lent | what is not |"), []);
    }

    #[test]
    fn told_needs_an_object() {
        assert_eq!(found("The child is told."), one(1, "told"));
        assert_eq!(found("They are told apart, and told that it ends."), []);
    }

    #[test]
    fn each_phrase_has_a_reason_and_a_replacement() {
        for phrase in LIST {
            assert!(!phrase.reason.is_empty() && !phrase.instead.is_empty(), "{phrase:?}");
            assert_eq!(phrase.words, phrase.words.to_lowercase());
        }
    }
}
