//! The limits of the crawl: the start page's folder and everything beneath it, on the same server.

use url::Url;

/// The part of the web that belongs to this crawl.
///
/// A start of `http://host/book/index.html` gives the scope `http://host/book/`: same scheme, host
/// and port, and a path that begins with `/book/`. Links that lead elsewhere are neither fetched
/// nor judged.
#[derive(Debug)]
pub(crate) struct Scope {
    folder: Url,
}

impl Scope {
    /// The scope of a crawl that starts at `start`.
    pub(crate) fn beneath(start: &Url) -> Self {
        let mut folder = start.clone();
        folder.set_query(None);
        folder.set_fragment(None);
        let end_of_folder = start.path().rfind('/').map_or(0, |slash| slash + 1);
        folder.set_path(&start.path()[..end_of_folder]);
        Scope { folder }
    }

    /// Whether `url` lies beneath the start.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        url.scheme() == self.folder.scheme()
            && url.host() == self.folder.host()
            && url.port_or_known_default() == self.folder.port_or_known_default()
            && url.path().starts_with(self.folder.path())
            // A name or password would make it another address of a known page.
            && !has_credentials(url)
    }
}

/// Reads the URL that the user typed, for a client that can fetch `https` or not.
///
/// # Errors
///
/// If it is not a URL, or not one that the spider can fetch. The message is one line for the user.
pub fn parse_start(text: &str, https: bool) -> gen::Result<Url> {
    let url = Url::parse(text)
        .map_err(|error| gen::Error::new(format!("`{text}` is not a URL that can be crawled: {error}")))?;
    check_scheme(&url, https)?;
    if has_credentials(&url) {
        return Err(gen::Error::new("a name or password in the URL is not supported"));
    }
    Ok(url)
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Refuses every scheme but HTTP, with or without TLS.
///
/// # Errors
///
/// One line for the user that names the URL.
pub(crate) fn check_scheme(url: &Url, https: bool) -> gen::Result {
    match url.scheme() {
        "http" => Ok(()),
        "https" if https => Ok(()),
        "https" => Err(gen::Error::new(format!("{url}: https is not supported, only http"))),
        other => {
            let supported = if https { "http and https" } else { "http" };
            Err(gen::Error::new(format!("{url}: `{other}` is not supported, only {supported}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_folder_of_the_start_page_is_the_limit() {
        let scope = Scope::beneath(&url("http://host/book/index.html?q=1#top"));
        assert!(scope.contains(&url("http://host/book/")));
        assert!(scope.contains(&url("http://host:80/book/deep/er.html?x=/y")));
        assert!(!scope.contains(&url("http://host/")));
        assert!(!scope.contains(&url("http://host/books/")), "a longer name is another folder");
        assert!(!scope.contains(&url("http://host/std/index.html")));
    }

    #[test]
    fn another_server_port_or_scheme_is_outside() {
        let scope = Scope::beneath(&url("http://host:8080/"));
        assert!(scope.contains(&url("http://HOST:8080/a")));
        assert!(!scope.contains(&url("http://host/a")));
        assert!(!scope.contains(&url("https://host:8080/a")));
        assert!(!scope.contains(&url("http://www.host:8080/a")));
        assert!(!scope.contains(&url("mailto:me@host")));
        assert!(!scope.contains(&url("http://me:secret@host:8080/a")));
    }

    #[test]
    fn a_start_without_a_path_covers_the_whole_server() {
        let scope = Scope::beneath(&url("http://host"));
        assert!(scope.contains(&url("http://host/any/where")));
    }

    #[test]
    fn a_bad_start_is_explained_in_one_line() {
        for text in [
            "",
            "nonsense",
            "host/path",
            "http://",
            "https://host/",
            "ftp://host/",
            "http://host:99999/",
            "http://me@host/",
        ] {
            let message = parse_start(text, false).unwrap_err().to_string();
            assert!(!message.contains('\n') && !message.is_empty(), "{text}: {message}");
        }
        let message = parse_start("https://host/", false).unwrap_err().to_string();
        assert_eq!(message, "https://host/: https is not supported, only http");
        let message = parse_start("ftp://host/", true).unwrap_err().to_string();
        assert_eq!(message, "ftp://host/: `ftp` is not supported, only http and https");
        assert!(parse_start("https://host/", true).is_ok());
    }
}
