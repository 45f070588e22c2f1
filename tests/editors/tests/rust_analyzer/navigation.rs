//! From a name to where it is defined and used, and another name for it.

use editors::marked::{offsets, Marked};

use crate::{editor, with_client};

/// A body that names its things in every kind of place. The marks are around one of them.
fn body_with(marked: &str, name: &str) -> String {
    let plain = "\
impl Client {
    #[gen::coroutine]
    fn total(&self, paths: &[&str], (start, _): (usize, u8)) -> gen::Result<usize> {
        let mut sum = start;
        let first = yield_!(self.get(paths[0]))?;
        let (one, two) = yield_!((self.get(&first.body), self.get(paths[1])))?;
        println!(\"{} {}\", one.body, yield_!(self.get(&first.body))?.body);
        let inner = yield_!(async { let last = yield_!(self.get(&two.body))?; gen::Result::Ok(last) })?;
        for page in yield_!(paths.iter().map(|path| self.get(path)).collect::<Vec<_>>())? {
            sum += page.body.len() + inner.body.len();
        }
        Ok(sum + first.body.len())
    }
}
";
    // Whole words only.
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let mut source = String::new();
    let mut rest = plain;
    while let Some(position) = rest.find(name) {
        let (before, after) = (&rest[..position], &rest[position + name.len()..]);
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        source.push_str(before);
        source.push_str(if whole { marked } else { name });
        rest = after;
    }
    source.push_str(rest);
    with_client(&source)
}

/// The source with the cursor within the given one of the marked places.
fn cursor_in(source: &str, place: usize) -> String {
    let (position, mark) = source.match_indices('«').nth(place).expect("as many places");
    let (before, after) = source.split_at(position + mark.len());
    format!("{before}$0{after}")
}

const NAMES: [&str; 10] = ["sum", "start", "first", "one", "two", "inner", "last", "page", "path", "paths"];

#[test]
fn a_name_leads_to_its_one_definition() {
    let Some(mut editor) = editor() else { return };
    for name in NAMES {
        let source = body_with(&format!("«{name}»"), name);
        let places = Marked::new(&source).places;
        // In the body of the client the same words mean other things.
        for place in 0..places.len() {
            let found = editor.definitions(&cursor_in(&source, place));
            let text = Marked::new(&source).text;
            let found: Vec<_> = found
                .into_iter()
                .map(|(uri, range)| (uri == editor.library(), offsets(&text, range)))
                .collect();
            assert_eq!(found, [(true, places[0].clone())], "`{name}`, the {place}th");
        }
    }
}

#[test]
fn all_uses_of_a_name_are_found_from_each_of_them() {
    let Some(mut editor) = editor() else { return };
    for name in NAMES {
        let source = body_with(&format!("«{name}»"), name);
        let places = Marked::new(&source).places;
        for place in [0, places.len() - 1] {
            assert_eq!(editor.references(&cursor_in(&source, place)), places, "`{name}`, from the {place}th");
        }
    }
}

#[test]
fn a_name_is_changed_everywhere() {
    let Some(mut editor) = editor() else { return };
    for name in NAMES {
        let source = body_with(&format!("«{name}»"), name);
        let renamed = editor.rename(&cursor_in(&source, 0), "other");
        assert_eq!(renamed, Marked::new(&source).with_places("other"), "`{name}`");
    }
}

#[test]
fn a_coroutine_is_found_and_renamed_by_its_calls() {
    let Some(mut editor) = editor() else { return };
    let source = with_client(
        "#[gen::coroutine]\nfn «sum»(n: u32) -> gen::Result<u32> { Ok(n) }\n\
         #[gen::coroutine]\nfn both() -> gen::Result<u32> { let (a, b) = yield_!((«sum»(1), «sum»(2)))?; Ok(a + yield_!(«sum»(b))?) }\n",
    );
    let Marked { text, places, .. } = Marked::new(&source);
    for place in 0..places.len() {
        let found = editor.definitions(&cursor_in(&source, place));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(offsets(&text, found[0].1), places[0]);
        assert_eq!(editor.references(&cursor_in(&source, place)), places);
    }
    assert_eq!(editor.rename(&cursor_in(&source, 2), "other"), Marked::new(&source).with_places("other"));
}

#[test]
fn a_yield_leads_to_its_macro() {
    let Some(mut editor) = editor() else { return };
    for body in
        ["yie$0ld_!(async { 1 })", "yie$0ld_!((async { 1 }, async { 2 }))", "gen::yie$0ld_!(async { 1 })"]
    {
        let found =
            editor.definitions(&with_client(&format!("#[gen::coroutine]\nfn f() {{ let _ = {body}; }}")));
        let files: Vec<_> = found.iter().map(|(uri, _)| uri.as_str().rsplit('/').next()).collect();
        assert_eq!(files, [Some("yield_macro.rs")], "`{body}`");
    }
}
