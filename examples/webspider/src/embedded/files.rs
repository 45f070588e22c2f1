//! Serves a folder as a web site: finds the file for the path of a URL.

use std::io;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

/// A folder that is served under its own name: the pages of `…/html/book` are found beneath
/// `/book/`.
///
/// So a page that links to `../std/` leads out of the served folder, as it does on the site where
/// the folder belongs.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    name: String,
}

impl Folder {
    /// # Errors
    ///
    /// If the path does not exist or is not a folder. The message is one line for the user.
    pub(crate) fn new(path: &Path) -> gen::Result<Self> {
        let explain = |why: io::Error| gen::Error::new(format!("cannot serve {}: {why}", path.display()));
        let root = path.canonicalize().map_err(explain)?;
        if !root.is_dir() {
            return Err(explain(io::ErrorKind::NotADirectory.into()));
        }
        let name = root.file_name().and_then(|name| name.to_str()).unwrap_or("site").to_owned();
        Ok(Folder { root, name })
    }

    /// The address of the folder on a server at `origin`.
    pub(crate) fn url(&self, mut origin: Url) -> Url {
        if let Ok(mut segments) = origin.path_segments_mut() {
            segments.push(&self.name).push("");
        }
        origin
    }

    /// The file for the path of a URL, whether or not it exists. For a folder, whose path ends with
    /// `/`, it is its `index.html`.
    ///
    /// No path leads out of the folder, however it is encoded. Symbolic links in the folder are
    /// followed, since its owner made them.
    pub(crate) fn file(&self, url_path: &str) -> Option<PathBuf> {
        let decoded = percent_decode_str(url_path).decode_utf8().ok()?;
        let inside = decoded.strip_prefix('/')?.strip_prefix(&self.name)?.strip_prefix('/')?;
        let mut file = self.root.clone();
        for segment in inside.split('/').filter(|segment| !segment.is_empty()) {
            file.push(plain_name(segment)?);
        }
        if inside.is_empty() || inside.ends_with('/') {
            file.push("index.html");
        }
        Some(file)
    }
}

/// Accepts only plain file names of this system: not `..`, not `.`, no drive, and no separator.
fn plain_name(segment: &str) -> Option<&str> {
    let mut components = Path::new(segment).components();
    let is_name = matches!(components.next(), Some(Component::Normal(name)) if name == segment);
    (is_name && components.next().is_none() && !segment.contains('\0')).then_some(segment)
}

/// The media type that goes with a file's extension.
pub(crate) fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "txt" | "md" | "csv" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        Folder { root: PathBuf::from("/srv/my book"), name: "my book".to_owned() }
    }

    fn file(url_path: &str) -> Option<String> {
        folder().file(url_path).map(|path| path.to_str().unwrap().replace('\\', "/"))
    }

    #[test]
    fn a_path_stands_for_a_file_and_a_folder_for_its_index() {
        assert_eq!(file("/my%20book/a.html").as_deref(), Some("/srv/my book/a.html"));
        assert_eq!(file("/my%20book/deep/%C3%BC.html").as_deref(), Some("/srv/my book/deep/ü.html"));
        assert_eq!(file("/my%20book/").as_deref(), Some("/srv/my book/index.html"));
        assert_eq!(file("/my%20book/deep/").as_deref(), Some("/srv/my book/deep/index.html"));
        assert_eq!(file("/my%20book/deep").as_deref(), Some("/srv/my book/deep"));
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in [
            "/my%20book/../secret",
            "/my%20book/%2e%2e/secret",
            "/my%20book/..%2fsecret",
            "/my%20book/%2e%2e%2fsecret",
            "/my%20book/a/../../secret",
            "/my%20book/./a",
            "/my%20book/a%00.html",
            "/my%20book/..",
            "/my%20bookish/a",
            "/other/a",
            "/../my%20book/a",
            "/",
            "",
            "*",
            "/my%20book/%ff",
        ] {
            assert_eq!(file(path), None, "{path}");
        }
        assert_eq!(file("/my%20book//etc/passwd").as_deref(), Some("/srv/my book/etc/passwd"));
        assert_eq!(file("/my%20book/%2fetc").as_deref(), Some("/srv/my book/etc"));
    }

    #[test]
    fn the_folder_is_found_under_its_own_name() {
        let origin = Url::parse("http://127.0.0.1:1234/").unwrap();
        assert_eq!(folder().url(origin).as_str(), "http://127.0.0.1:1234/my%20book/");
    }

    #[test]
    fn html_is_told_from_other_files() {
        assert_eq!(media_type(Path::new("a/B.HTML")), "text/html; charset=utf-8");
        assert_eq!(media_type(Path::new("a.png")), "image/png");
        assert_eq!(media_type(Path::new("LICENSE")), "application/octet-stream");
    }

    #[test]
    fn a_folder_that_is_not_there_is_explained_in_one_line() {
        let message = Folder::new(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(message.starts_with("cannot serve no/such/folder: ") && !message.contains('\n'), "{message}");
        let message = Folder::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).unwrap_err();
        assert!(message.to_string().ends_with("not a directory"), "{message}");
    }
}
