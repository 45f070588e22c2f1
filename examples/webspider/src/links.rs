//! Finds the links of an HTML page while its bytes arrive.
//!
//! A tokenizer suffices: no tree is built, and the page is never held in memory, only the links so
//! far. The tokenizer is that of `html5ever`. So it reads comments, scripts, unquoted attributes
//! and character references like a browser.

use std::cell::RefCell;

use html5ever::tendril::{fmt, stream::Utf8LossyDecoder, ByteTendril, StrTendril, TendrilSink};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use indexmap::IndexSet;
use url::Url;

/// Takes a page piece by piece, and returns its links at the end.
///
/// Pages are read as UTF-8. In any other encoding that contains ASCII the links are still found,
/// unless a link itself contains other characters.
pub(crate) struct LinkParser {
    decoder: Utf8LossyDecoder<TokenizerInput>,
}

/// The links of one page as they are written there, without fragments, each once, in order.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Links {
    /// The target of the first `<base href>`.
    base: Option<String>,
    targets: IndexSet<String>,
}

impl LinkParser {
    pub(crate) fn new() -> Self {
        let tokenizer = Tokenizer::new(Collector::default(), Default::default());
        let input = TokenizerInput { tokenizer, queue: BufferQueue::default() };
        LinkParser { decoder: Utf8LossyDecoder::new(input) }
    }

    /// Reads the next piece; pieces may end anywhere, even within a letter.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.decoder.process(ByteTendril::from(bytes));
    }

    /// The end of the page.
    pub(crate) fn finish(self) -> Links {
        self.decoder.finish()
    }
}

impl Links {
    /// The addresses that the links of the page at `page` lead to. Links that are not valid
    /// addresses are left out.
    pub(crate) fn resolve<'a>(&'a self, page: &Url) -> impl Iterator<Item = Url> + 'a {
        let base = self.base.as_deref().and_then(|base| page.join(base).ok()).unwrap_or_else(|| page.clone());
        self.targets.iter().filter_map(move |target| base.join(target).ok())
    }
}

/// Connects the decoder, which outputs text, with the tokenizer, which takes text from a queue.
struct TokenizerInput {
    tokenizer: Tokenizer<Collector>,
    queue: BufferQueue,
}

impl TendrilSink<fmt::UTF8> for TokenizerInput {
    type Output = Links;

    fn process(&mut self, text: StrTendril) {
        self.queue.push_back(text);
        // The tokenizer pauses only for a sink that runs scripts or changes the encoding. This sink
        // does neither.
        let _ = self.tokenizer.feed(&self.queue);
    }

    fn error(&mut self, _description: std::borrow::Cow<'static, str>) {}

    fn finish(self) -> Links {
        let _ = self.tokenizer.feed(&self.queue);
        self.tokenizer.end();
        self.tokenizer.sink.links.into_inner()
    }
}

/// Picks the links out of the tags.
#[derive(Default)]
struct Collector {
    links: RefCell<Links>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                self.links.borrow_mut().add(&tag);
                text_mode_after(&tag)
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Links {
    fn add(&mut self, tag: &Tag) {
        let target = match &*tag.name {
            "a" | "area" => attribute(tag, "href"),
            "iframe" | "frame" => attribute(tag, "src"),
            "meta" => refresh_target(tag),
            "base" => {
                if self.base.is_none() {
                    self.base = attribute(tag, "href").map(String::from);
                }
                None
            }
            _ => None,
        };
        // The text after `#` is a place on the page. Documentation has thousands of such links to
        // one page.
        if let Some(page) = target.and_then(|target| target.split('#').next()) {
            if !self.targets.contains(page) {
                self.targets.insert(page.to_owned());
            }
        }
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// The page that `<meta http-equiv="refresh" content="0; url=next.html">` leads to.
fn refresh_target(tag: &Tag) -> Option<&str> {
    if !attribute(tag, "http-equiv")?.eq_ignore_ascii_case("refresh") {
        return None;
    }
    let (_delay, rest) = attribute(tag, "content")?.split_once([';', ','])?;
    let rest = rest.trim_start();
    let target = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=')?.trim_start()
        }
        _ => rest,
    };
    let unquoted = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target[1..].split(quote).next(),
        _ => Some(target),
    };
    unquoted.filter(|target| !target.is_empty())
}

/// The text mode for elements in which `<` begins no tag. A tokenizer without a tree does not know
/// it by itself.
///
/// `<noscript>` is not one of them: the spider runs no scripts, so it sees the same as a browser
/// without scripts.
fn text_mode_after(tag: &Tag) -> TokenSinkResult<()> {
    match &*tag.name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pieces: &[&[u8]]) -> Links {
        let mut parser = LinkParser::new();
        pieces.iter().for_each(|piece| parser.feed(piece));
        parser.finish()
    }

    fn links(html: &str) -> Vec<String> {
        let page = Url::parse("http://host/dir/page.html?old=1#here").unwrap();
        parse(&[html.as_bytes()]).resolve(&page).map(String::from).collect()
    }

    #[test]
    fn relative_links_are_resolved_as_a_browser_does() {
        assert_eq!(
            links(
                r#"<a href="a.html"><a href="./b.html"><a href="../c.html"><a href="/d.html">
                   <a href="//other/e.html"><a href="http://host/f.html"><a href="?q=1"><a href="sub/">
                   <a href="../../../g.html"><a href=" h.html
                   "><a href="mailto:x@host">"#
            ),
            [
                "http://host/dir/a.html",
                "http://host/dir/b.html",
                "http://host/c.html",
                "http://host/d.html",
                "http://other/e.html",
                "http://host/f.html",
                "http://host/dir/page.html?q=1",
                "http://host/dir/sub/",
                "http://host/g.html",
                "http://host/dir/h.html",
                "mailto:x@host",
            ]
        );
    }

    #[test]
    fn fragments_are_dropped_and_a_page_is_listed_once() {
        assert_eq!(links(r##"<a href="a#1"><a href="a#2"><a href="a">"##), ["http://host/dir/a"]);
        assert_eq!(links(r##"<a href="#top"><a href="">"##), ["http://host/dir/page.html?old=1"]);
    }

    #[test]
    fn the_first_base_holds_for_links_before_and_after_it() {
        let html =
            r#"<a href="a"><base target="_top"><base href="/other/"><base href="/ignored/"><a href="b">"#;
        assert_eq!(links(html), ["http://host/other/a", "http://host/other/b"]);
    }

    #[test]
    fn character_references_and_odd_letters_end_up_in_the_address() {
        assert_eq!(
            links(r#"<a href="q?a=1&amp;b=2"><a href="&#x61;b"><a href="a b"><a href="%7Ec"><a href="ü">"#),
            [
                "http://host/dir/q?a=1&b=2",
                "http://host/dir/ab",
                "http://host/dir/a%20b",
                "http://host/dir/%7Ec",
                "http://host/dir/%C3%BC",
            ]
        );
    }

    #[test]
    fn sloppy_html_is_read_as_a_browser_reads_it() {
        assert_eq!(links("<A HREF=one><a class=x href='two'><a\nhref = three >text</a"), {
            ["http://host/dir/one", "http://host/dir/two", "http://host/dir/three"]
        });
    }

    #[test]
    fn what_only_looks_like_a_link_is_none() {
        let html = r#"<!-- <a href="comment"> --><script>"<a href='script'>"</script>
            <style><a href=style></style><title><a href=title></title><textarea><a href=area></textarea>
            <iframe><a href=inner></iframe><link href=sheet.css><img src=i.png></a href=end><a name=x>
            <a href="real">"#;
        assert_eq!(links(html), ["http://host/dir/real"]);
    }

    #[test]
    fn frames_areas_and_what_is_shown_without_scripts_count() {
        let html =
            "<noscript><iframe src=toc.html></iframe></noscript><frame src=f.html><area href=map.html>";
        assert_eq!(
            links(html),
            ["http://host/dir/toc.html", "http://host/dir/f.html", "http://host/dir/map.html"]
        );
    }

    #[test]
    fn a_refresh_leads_on() {
        for content in ["0; URL=next.html", "0;url='next.html'", "5, next.html", "0; url = \"next.html\" x"] {
            let html = format!("<meta http-equiv=Refresh content='{}'>", content.replace('\'', "&#39;"));
            assert_eq!(links(&html), ["http://host/dir/next.html"], "{content}");
        }
        for html in [
            "<meta http-equiv=refresh content=5>",
            "<meta http-equiv=refresh content='5; url='>",
            "<meta http-equiv=refresh content='5; url'>",
            "<meta name=refresh content='0; url=x'>",
        ] {
            assert_eq!(links(html), ["http://host/dir/url"; 0], "{html}");
        }
    }

    #[test]
    fn pieces_may_be_cut_anywhere() {
        let html = "<p>ä<a href='ü.html?a=1&amp;b=2'>ö</a><!-- <a href=no> --><a href=two>".as_bytes();
        let whole = parse(&[html]);
        assert_eq!(whole.targets.len(), 2);
        for cut in 0..html.len() {
            assert_eq!(parse(&[&html[..cut], &html[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = html.chunks(1).collect();
        assert_eq!(parse(&bytes), whole);
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        assert_eq!(parse(&[b"\xff\xfe\x00<a href=x>\xc3"]).targets.len(), 1);
        assert_eq!(parse(&[]), Links::default());
    }
}
