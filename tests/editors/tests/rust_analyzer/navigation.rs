//! Definitions and uses of a name, and its renaming.

use editors::marked::{offsets, Marked};

use crate::{editor, with_client};

/// A body that uses its names in every kind of place. The marks are around one name.
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

/// The source with the cursor in the given marked place.
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
        // In the body of the client the same words have other meanings.
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

/// Each source has one name in several marked places. The first is its definition.
const NAMES_OF_EVERY_KIND: [&str; 21] = [
    // arguments
    "#[gen::coroutine]\nfn f(mut «count»: u8) -> gen::Result<u8> { «count» += 1; println!(\"{}\", «count»); yield_!(async { «count» }) }",
    "#[gen::coroutine]\nfn f((mut «a», b): (u8, u8)) -> gen::Result<u8> { «a» += 1; yield_!(async { «a» + b }) }",
    "#[gen::coroutine]\nfn f(Page { body: «text» }: Page) -> gen::Result<String> { yield_!(async { «text» }) }",
    "#[gen::coroutine]\nfn f(ref a: u8, «whole» @ (b, _): (u8, u8)) -> gen::Result<u8> { yield_!(async { a + b + «whole».0 }) }",
    "#[gen::coroutine]\nfn f(«_unused»: u8) -> gen::Result<u8> { yield_!(async { «_unused» }) }",
    "#[gen::coroutine(boxed)]\nfn f(«n»: u8) -> gen::Result<u8> { if «n» == 0 { return Ok(0) } yield_!(f(«n» - 1)) }",
    "#[gen::coroutine(dyn)]\nfn f(«text»: &str) -> gen::Result<&str> { println!(\"{«text»}\"); yield_!(async { «text» }) }",
    "#[gen::engine]\nfn f(«text»: u8) -> gen::Result<()> { drop(yield_!(async { «text» })?); Ok(()) }",
    // generics
    "#[gen::coroutine]\nfn f<«'a»>(x: &«'a» str) -> gen::Result<&«'a» str> { let y: &«'a» str = yield_!(async { x })?; Ok(y) }",
    "#[gen::coroutine]\nfn f<«T»: Clone>(x: «T») -> gen::Result<«T»> where «T»: Send { let y: «T» = yield_!(async { x.clone() })?; Ok(y) }",
    "#[gen::coroutine]\nfn f<const «N»: usize>(x: [u8; «N»]) -> gen::Result<usize> { drop(x); yield_!(async { «N» }) }",
    // of the body
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { «'outer»: loop { loop { if yield_!(gen::moment()).is_ok() { continue «'outer» } break «'outer»; } } Ok(1) }",
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { let «count» = 1; println!(\"{«count»} {}\", «count»); assert_eq!(yield_!(async { «count» })?, «count»); yield_!(async { «count» }) }",
    "#[gen::coroutine]\nfn f(n: u8) -> gen::Result<u8> { let «n» = n + 1; let n = yield_!(async { «n» })?; Ok(n) }",
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { fn «inner»(x: u8) -> u8 { x } Ok(«inner»(yield_!(async { «inner»(1) })?)) }",
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { let «make» = |p: u8| async move { p }; Ok(yield_!((«make»(1), «make»(2)))?.0) }",
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { let make = async |«p»: u8| yield_!(async { «p» }); yield_!(make(1)) }",
    "#[gen::coroutine]\nfn f() -> gen::Result<u8> { macro_rules! «get» { ($e:expr) => { yield_!($e)? } } let q = 1_u8; Ok(«get»!(async { q })) }",
    // of items
    "struct S { «count»: u8 }\nimpl S { #[gen::coroutine]\nfn f(&mut self) -> gen::Result<u8> { self.«count» += 1; println!(\"{}\", self.«count»); yield_!(async { self.«count» }) } }",
    "struct S;\nimpl S { #[gen::coroutine]\nfn «f»(&self) -> gen::Result<u8> { Ok(1) }\n#[gen::coroutine]\nfn g(&self) -> gen::Result<u8> { yield_!(self.«f»()) } }\nfn h(s: &S) { drop(s.«f»()); drop(S::«f»(s)); }",
    "struct «S»;\n#[gen::coroutine]\nfn f(s: «S») -> gen::Result<«S»> { let t: «S» = yield_!(async { s })?; Ok(t) }",
];

#[test]
fn names_of_every_kind_are_found_and_changed() {
    let Some(mut editor) = editor() else { return };
    let mut wrong = Vec::new();
    for source in NAMES_OF_EVERY_KIND {
        let source = with_client(source);
        let Marked { text, places, .. } = Marked::new(&source);
        for place in 0..places.len() {
            let marked = cursor_in(&source, place);
            let defined: Vec<_> =
                editor.definitions(&marked).iter().map(|(_, range)| offsets(&text, *range)).collect();
            if defined != places[..1] || editor.references(&marked) != places {
                wrong.push(marked);
            }
        }
        let lifetime = text[places[0].clone()].starts_with('\'');
        let other = if lifetime { "'other" } else { "other" };
        let renamed = editor.rename(&cursor_in(&source, places.len() - 1), other);
        if renamed != Marked::new(&source).with_places(other) {
            wrong.push(format!("renamed: {renamed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The attribute is not renamed: where an attribute is, the server (1.96) edits the wrong place.
#[test]
fn the_receiver_is_found() {
    let Some(mut editor) = editor() else { return };
    let source = with_client(
        "struct S;\nimpl S { #[gen::coroutine]\nfn f(&«self», other: &S) -> gen::Result<()> { drop(other); yield_!(async { drop(«self») }) } }",
    );
    let Marked { text, places, .. } = Marked::new(&source);
    for place in 0..places.len() {
        let marked = cursor_in(&source, place);
        let found = editor.definitions(&marked);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(offsets(&text, found[0].1), places[0]);
        assert_eq!(editor.references(&marked), places);
    }
}

/// The definition in the trait and that in the implementation both belong to the method.
#[test]
fn a_method_of_a_trait_is_changed_in_all_its_places() {
    let Some(mut editor) = editor() else { return };
    let source = with_client(
        "trait T { #[gen::coroutine]\nfn «f»(&self) -> gen::Result<u8>; }\n\
         impl T for Client { #[gen::coroutine]\nfn «f»(&self) -> gen::Result<u8> { Ok(1) } }\n\
         #[gen::coroutine]\nfn g(t: &impl T) -> gen::Result<u8> { yield_!(t.«f»()) }\n",
    );
    let places = Marked::new(&source).places;
    assert_eq!(editor.references(&cursor_in(&source, 2)), places);
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
        let files: Vec<_> = found.iter().map(|(uri, _)| uri.as_str()).collect();
        let [file] = files[..] else { panic!("`{body}`: {files:?}") };
        assert!(file.ends_with("/yield_macro/mod.rs"), "`{body}`: {file}");
    }
}
