//! [`Dump::to_html`]: a dump as one page (feature `html`).
//!
//! `maud` escapes all text that is put into the page. The style and the script are the only markup
//! that it takes as it is, and the page allows no others: its content security policy has the
//! hashes of these two files.
//!
//! | file | what it holds |
//! |---|---|
//! | `page.css`, `page.js` | the style, and the script that searches |
//! | `findings.rs` | the section at the top: circles, futures that nothing wakes, promises |
//! | `task.rs` | a task, or a group of tasks that wait at the same place |
//! | `waits.rs` | a chain and its end, as a tree |
//! | `links.rs` | links to tasks and to promises, and the names of states |

mod findings;
mod links;
mod task;
mod waits;

use maud::{html, Markup, PreEscaped, DOCTYPE};

use self::findings::Findings;
use self::links::state_name;
use super::alike::groups;
use super::graph::{Dump, Of, TaskState};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded, and nothing runs but the style and the script above, by their SHA-256.
const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-4EYwE9mEpp8tYlR5yLI5TUz7V6ol9l2qCIb1GV0rXB0='; \
    script-src 'sha256-f+mMUqix569tQML2HXii12FKIRdmL3/VGpAl5UOmF/A='; \
    base-uri 'none'; form-action 'none'";

/// The number of tasks up to which the page shows all of them unfolded.
const UNFOLDED: usize = 8;

impl Dump {
    /// The dump as a page of HTML: one file that loads nothing else.
    ///
    /// At its top are the facts to look at first: tasks that wait for each other in a circle,
    /// futures that keep no waker, and the promises that most tasks wait for. Each task can be
    /// unfolded to its chain of yields, and links lead to the tasks that it waits for and that wait
    /// for it. Tasks that wait at the same place stand together. A text box searches names, lines,
    /// types and keys. Without JavaScript only the search is missing.
    ///
    /// All text in it is escaped, and its content security policy allows no other script than its
    /// own.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<gen::Dump> {
    ///     let (_promise, answer) = gen::promise::<Vec<u32>>();
    ///     let _reader = gen::spawn(answer);
    ///     yield_!(gen::dump())
    /// }
    /// let page = gen::run_sync(body()).unwrap().to_html();
    /// assert!(page.starts_with("<!DOCTYPE html>"));
    /// assert!(page.contains("promise 1</a> of Vec&lt;u32&gt;"), "{page}");
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        page(self).into_string()
    }
}

fn subject(of: Of) -> String {
    match of {
        Of::Loop { serial, turn } => format!("Loop {serial}, turn {turn}"),
        #[cfg(all(feature = "tokio", not(loom)))]
        Of::Tracker => "Tracked tasks".to_owned(),
    }
}

fn page(dump: &Dump) -> Markup {
    let findings = Findings::of(dump);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (dump.heading()) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (subject(dump.of)) }
                    (counts(dump))
                }
                (findings.section())
                main {
                    div #tools .tools hidden {
                        input #search type="search" placeholder="Search names, lines, types and keys"
                            aria-label="Search" autocomplete="off" spellcheck="false";
                        output #found {}
                        button #unfold type="button" { "Unfold all" }
                        button #fold type="button" { "Fold all" }
                    }
                    @for group in groups(&dump.tasks) {
                        (task::group(dump, &group, dump.tasks.len() <= UNFOLDED))
                    }
                }
                (findings.promises())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The number of tasks of each state.
fn counts(dump: &Dump) -> Markup {
    use TaskState::{Ended, Running, Suspended, WentOn, Woken};

    let count = |state| dump.tasks.iter().filter(|task| task.state == state).count();
    let total = dump.tasks.len();
    html! {
        ul .counts {
            li { (total) @if total == 1 { " task" } @else { " tasks" } }
            @for (state, count) in [Suspended, Woken, WentOn, Ended, Running].map(|state| (state, count(state))) {
                @if count > 0 { li { (count) " " (state_name(state)) } }
            }
        }
    }
}
