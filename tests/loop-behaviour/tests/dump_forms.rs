//! The forms of a dump: JSON, a graph for Graphviz, a page of HTML, and the circles in its text.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use gen::sync::{Event, Lock};
use gen::{yield_, IoLoop, VirtualClock};
use loop_behaviour::ready_without_a_wake;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

fn new_loop() -> IoLoop {
    IoLoop::with_clock(VirtualClock::new())
}

#[gen::coroutine]
fn reads(answer: gen::SharedFuture<u32>) -> gen::Result {
    yield_!(answer).map(drop)
}

/// Replaces what depends on the lines of this file, on the build profile, on the compiler's names
/// of types, and on the other tests of the process.
fn without_incidentals(json: &mut Value) {
    match json {
        Value::Array(elements) => elements.iter_mut().for_each(without_incidentals),
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "line" | "column" => *value = json!(value.is_u64()),
                    "future" if value.is_string() => *value = json!("TYPE"),
                    "spawned_at" => {
                        let known = value.is_null() || value["file"] == file!() && value["line"].is_u64();
                        *value = json!(known);
                    }
                    _ => without_incidentals(value),
                }
            }
        }
        _ => {}
    }
}

/// Programs that read the JSON would break if its shape changed.
#[test]
fn the_json_has_the_shape_that_the_docs_describe() {
    #[gen::coroutine]
    fn reads(answer: gen::SharedFuture<u32>) -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_millis(1500), answer)).map(drop)
    }
    #[gen::coroutine]
    fn serves(answer: gen::SharedFuture<u32>) -> gen::Result {
        let reader = gen::spawn(reads(answer.clone()));
        let keyed = BTreeMap::from([("a", gen::sleep(Duration::MAX))]);
        let (_sender, receiver) = futures::channel::oneshot::channel::<u8>();
        yield_!((reader, keyed, futures::future::join(answer, receiver))).map(drop)
    }
    let io_loop = new_loop();
    let (_promise, answer) = gen::promise();
    let _task = io_loop.spawn_local(serves(answer));
    let mut json = serde_json::to_value(io_loop.dump()).unwrap();
    without_incidentals(&mut json);
    assert!(json["of"]["number"].take().is_u64());

    let path = "dump_forms::the_json_has_the_shape_that_the_docs_describe";
    let link = |function: &str| {
        let site = json!({ "file": file!(), "line": true, "column": true, "function": function });
        json!({ "kind": "yield", "site": site, "future": "TYPE" })
    };
    let wait = |end: Value| json!({ "chain": [], "end": end });
    let promise = json!({ "kind": "promise", "promise": 1, "value": "u32" });
    let child = |key: Value, end: Value| json!({ "key": key, "future": "TYPE", "waiting": wait(end) });
    let index = |index: u32| json!({ "kind": "index", "index": index });
    let key = json!({ "kind": "key", "key": "\"a\"" });
    let children = |of: &str, unfinished: Value| {
        let total = unfinished.as_array().map(Vec::len);
        json!({ "kind": "children", "of": of, "total": total, "unfinished": unfinished })
    };
    let receiver = json!({ "kind": "foreign", "future": null, "wakers": 1 });
    let serves = children(
        "a tuple",
        json!([
            child(index(0), json!({ "kind": "task", "task": { "number": 1 } })),
            child(index(1), children("a map", json!([child(key, json!({ "kind": "sleep", "left": null }))]))),
            child(index(2), json!({ "kind": "several", "waits": [wait(promise.clone()), wait(receiver)] })),
        ]),
    );
    let expected = json!({
        "of": { "kind": "loop", "number": null, "turn": 0 },
        "tasks": [
            {
                "number": 0,
                "name": format!("{path}::serves"),
                "is_root": false,
                "state": "suspended",
                "went_on_at": null,
                "has_lost_wake_up": false,
                "spawned_at": true,
                "waiting": { "chain": [link("serves")], "end": serves },
                "awaited_by": [],
            },
            {
                "number": 1,
                "name": format!("{path}::reads"),
                "is_root": false,
                "state": "suspended",
                "went_on_at": null,
                "has_lost_wake_up": false,
                "spawned_at": true,
                "waiting": { "chain": [link("reads"), { "kind": "timeout", "left": 1.5 }], "end": promise },
                "awaited_by": [0],
            },
        ],
    });
    assert_eq!(json, expected, "{json:#}");
}

/// A dump of a task that goes on when it is asked, though nothing has woken it, and waits again.
fn dump_of_lost_wake_up() -> gen::Dump {
    #[gen::coroutine]
    fn forgetful() -> gen::Result {
        yield_!(ready_without_a_wake(()))?;
        yield_!(gen::sleep(Duration::MAX))
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(forgetful());
    io_loop.dump()
}

/// Otherwise a program that looks for faults would not find this one.
#[test]
fn the_json_tells_a_lost_wake_up() {
    let json = serde_json::to_value(dump_of_lost_wake_up()).unwrap();
    let task = &json["tasks"][0];
    // Otherwise it is not known.
    if cfg!(debug_assertions) {
        assert_eq!((&task["state"], &task["has_lost_wake_up"]), (&json!("went_on"), &json!(true)));
        assert_eq!(task["went_on_at"]["function"], "forgetful");
    }
}

/// Otherwise a person would have to guess which of the futures has not woken the task.
#[test]
fn the_page_names_the_yield_of_a_lost_wake_up() {
    if cfg!(debug_assertions) {
        let page = dump_of_lost_wake_up().to_html();
        assert!(page.contains("went on when asked: a wake-up was lost"), "{page}");
        let site = format!("Went on from <span class=\"site\">{}:", file!());
        assert!(page.contains(&site), "{page}");
    }
}

#[test]
fn the_json_of_no_keys_has_none() {
    #[gen::coroutine]
    fn secret() -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new("password"))?;
        yield_!((gen::Wait::<u8>::new("password"), BTreeMap::from([("user", gen::sleep(Duration::MAX))])))
            .map(drop)
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(secret());
    let dump = io_loop.run_sync(async { gen::dump().without_keys().await }).unwrap();
    let json = serde_json::to_string(&dump).unwrap();
    assert!(!json.contains("password") && !json.contains("user"), "{json}");
}

/// The lines of the nodes or the edges of a graph, without the semicolons.
fn statements<'a>(dot: &'a str, begins: &'a str) -> impl Iterator<Item = &'a str> {
    dot.lines()
        .map(str::trim)
        .filter(move |line| line.starts_with(begins))
        .map(|line| line.trim_end_matches(';'))
}

#[test]
fn the_graph_has_a_node_for_each_task_and_each_promise_and_an_edge_for_each_wait() {
    #[gen::coroutine]
    fn serves(answer: gen::SharedFuture<u32>) -> gen::Result {
        let readers = [gen::spawn(reads(answer.clone())), gen::spawn(reads(answer.clone()))];
        yield_!((BTreeMap::from([("a", readers)]), answer)).map(drop)
    }
    let io_loop = new_loop();
    let (_promise, answer) = gen::promise();
    let _task = io_loop.spawn_local(serves(answer));
    let dot = io_loop.dump().to_dot();
    assert!(dot.starts_with("digraph dump {\n") && dot.ends_with("}\n"), "{dot}");
    let nodes: Vec<_> = statements(&dot, "task").filter(|line| !line.contains("->")).collect();
    assert_eq!(nodes.len(), 3, "{dot}");
    assert!(nodes[0].starts_with("task0 [label=\"task 0: dump_forms::"), "{dot}");
    assert!(nodes[1].contains("in reads\\lwaits for promise 1 of u32\\l\"]"), "{dot}");
    let edges: Vec<_> = statements(&dot, "task").filter(|line| line.contains("->")).collect();
    let expected = [
        r#"task0 -> task1 [label="[0][\"a\"][0]"]"#,
        r#"task0 -> task2 [label="[0][\"a\"][1]"]"#,
        r#"task0 -> promise1 [label="[1]"]"#,
        "task1 -> promise1",
        "task2 -> promise1",
    ];
    assert_eq!(edges, expected);
    let promises: Vec<_> = statements(&dot, "promise").collect();
    assert!(
        matches!(promises[..], [only] if only.starts_with("promise1 [label=\"promise 1 of u32\"")),
        "{dot}"
    );
}

/// Its debug form is the text, as it is.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Clone)]
struct Plain(&'static str);

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// A dump of a task that waits for a callback with that key, and for a child with that key.
fn dump_with_key(key: &'static str) -> gen::Dump {
    #[gen::coroutine]
    fn waits(key: Plain, answer: gen::SharedFuture<u8>) -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new(key.clone()))?;
        yield_!((gen::Wait::<u8>::new(key.clone()), BTreeMap::from([(key, answer)]))).map(drop)
    }
    let io_loop = new_loop();
    let (_promise, answer) = gen::promise();
    let _task = io_loop.spawn_local(waits(Plain(key), answer));
    io_loop.dump()
}

/// Otherwise a key could end the text of a label, and Graphviz would refuse the graph.
#[test]
fn the_graph_escapes_keys() {
    let dot = dump_with_key("a\"b\\N<c>&amp;\nd\0e").to_dot();
    assert!(dot.contains(r#"of the key a\"b\\N<c>&amp;amp;\ld"#), "{dot}");
    assert!(dot.contains(r#"[label="[1][a\"b\\N<c>&amp;amp;\ld"#), "{dot}");
    assert!(!dot.contains('\0'));
    // Each quote that is not escaped begins or ends a label.
    for line in dot.lines() {
        assert_eq!(line.replace("\\\\", "").replace("\\\"", "").matches('"').count() % 2, 0, "{line}");
    }
}

type Handles = Rc<RefCell<Vec<Option<gen::JoinHandle<()>>>>>;

#[gen::coroutine]
fn waits_for_next(position: usize, handles: Handles) -> gen::Result {
    yield_!(gen::moment())?;
    let next = {
        let mut handles = handles.borrow_mut();
        let next = (position + 1) % handles.len();
        handles[next].take()
    };
    yield_!(next).map(drop)
}

/// Three tasks that wait for each other in a circle, and one that waits for one of them.
fn dump_of_circle() -> gen::Dump {
    let io_loop = new_loop();
    io_loop
        .run_sync(async {
            let handles = Handles::default();
            for position in 0..3 {
                let task = gen::spawn_local(waits_for_next(position, handles.clone()));
                handles.borrow_mut().push(Some(task));
            }
            gen::moment().await?;
            gen::moment().await?;
            gen::dump().await
        })
        .unwrap()
}

/// Otherwise a person would have to follow the numbers from task to task.
#[test]
fn the_text_names_a_circle_before_the_tasks() {
    let text = dump_of_circle().to_string();
    let paragraphs: Vec<_> = text.split("\n\n").collect();
    assert_eq!(paragraphs[1], "tasks 1, 2, 3 wait for each other in a circle", "{text}");
    assert!(paragraphs[2].starts_with("task 0: "), "{text}");
}

#[test]
fn the_graph_shows_a_circle_in_red() {
    let dot = dump_of_circle().to_dot();
    let red = |begins: &'static str| statements(&dot, begins).filter(|line| line.contains("#c4232b")).count();
    assert_eq!(red("task"), 3 + 3, "{dot}");
    assert_eq!(red("task0"), 0, "{dot}");
}

/// Two tasks that wait for locks of each other, and one that waits for both in line behind them.
fn dump_of_locks() -> gen::Dump {
    #[gen::coroutine]
    fn takes(first: Rc<Lock<u8>>, second: Rc<Lock<u8>>) -> gen::Result {
        let _first = yield_!(first.lock())?;
        yield_!(gen::moment())?;
        let _second = yield_!(second.lock())?;
        Ok(())
    }
    let io_loop = new_loop();
    io_loop
        .run_sync(async {
            let (left, right) = (Rc::new(Lock::new(1)), Rc::new(Lock::new(2)));
            let there = gen::spawn_local(takes(left.clone(), right.clone()));
            let back = gen::spawn_local(takes(right.clone(), left.clone()));
            gen::moment().await?;
            gen::moment().await?;
            let event = Event::new();
            let (in_line, not_set) = (left.lock(), event.wait());
            futures::pin_mut!(in_line, not_set);
            assert!(futures::poll!(&mut in_line).is_pending());
            assert!(futures::poll!(&mut not_set).is_pending());
            let dump = gen::dump().await;
            drop((there, back));
            dump
        })
        .unwrap()
}

/// A program, a graph and a page would not show who holds a lock.
#[test]
fn each_form_has_the_holder_of_a_lock() {
    let dump = dump_of_locks();
    let json = serde_json::to_value(&dump).unwrap();
    let end = &json["tasks"][1]["waiting"]["end"];
    assert_eq!((&end["kind"], &end["content"]), (&json!("lock"), &json!("u8")), "{json:#}");
    let holder = &end["holders"][0];
    assert_eq!(holder["task"], json!({ "number": 2 }), "{json:#}");
    assert_eq!(holder["taken_at"]["file"], json!(file!()));
    assert_eq!((&holder["has_taken"], &holder["is_needed"]), (&json!(true), &json!(true)));

    let dot = dump.to_dot();
    let edges: Vec<_> = statements(&dot, "task").filter(|line| line.contains("->")).collect();
    let red = [r##"task1 -> task2 [color="#c4232b"]"##, r##"task2 -> task1 [color="#c4232b"]"##];
    assert_eq!(edges, red, "{dot}");

    let page = dump.to_html();
    assert!(page.contains("</a> wait for each other in a circle"), "{page}");
    let (_, held) = page.split_once("waits for a lock of u8 that is held since ").unwrap();
    let (at, _) = held.split_once(" by task <a href=\"#task-").unwrap();
    assert!(at.starts_with(file!()) && at.len() < file!().len() + 10, "{page}");
}

/// The texts between `before` and `after`.
fn all_between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split_once(after).expect("it ends").0).collect()
}

/// A key may be data of an attacker, who would otherwise run a script in the browser of the person
/// who looks at the dump.
#[test]
fn the_page_escapes_keys() {
    let page = dump_with_key("</code><script>alert(1)</script>\" onload=\"x\" &amp;").to_html();
    assert_eq!(all_between(&page, "<script", "</script>").len(), 1, "{page}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x&quot; &amp;amp;"),
        "{page}"
    );
    assert!(!page.contains("alert(1)</script>") && !page.contains("\" onload="), "{page}");
}

#[test]
fn the_page_has_no_keys_if_they_are_not_asked_for() {
    #[gen::coroutine]
    fn secret() -> gen::Result {
        yield_!(BTreeMap::from([("password", gen::sleep(Duration::MAX))])).map(drop)
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(secret());
    let dump = io_loop.run_sync(async { gen::dump().without_keys().await }).unwrap();
    assert!(!dump.to_html().contains("password"));
}

/// A browser refuses a style and a script that do not have the hash in the policy: the page would
/// be bare, and could not be searched. After a change of one of them, the new hash belongs into
/// `dump/html/mod.rs`.
#[test]
fn the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else() {
    let page = dump_of_circle().to_html();
    let policy = all_between(&page, "Content-Security-Policy\" content=\"", "\"")[0];
    // The quotes of an attribute are double ones, so single ones need no escape.
    let mut expected = "default-src 'none'; ".to_owned();
    for name in ["style", "script"] {
        let content = all_between(&page, &format!("<{name}>"), &format!("</{name}>"))[0];
        expected += &format!("{name}-src 'sha256-{}'; ", base64(&Sha256::digest(content)));
    }
    assert_eq!(policy, expected + "base-uri 'none'; form-action 'none'");
    for attribute in ["src", "href", "action"] {
        let targets = all_between(&page, &format!(" {attribute}=\""), "\"");
        assert!(targets.iter().all(|target| target.starts_with('#')), "{attribute} leads elsewhere");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|three| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*three.get(at).unwrap_or(&0)));
        let digit = move |at: usize| char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
        (0..4).map(move |at| if at <= three.len() { digit(at) } else { '=' })
    });
    digits.collect()
}

#[test]
fn the_page_begins_with_what_to_look_at_first() {
    #[gen::coroutine]
    fn lost() -> gen::Result {
        yield_!(std::future::pending::<()>())
    }
    let first = |page: &str| -> Option<String> {
        let section = all_between(page, "Look here first</h2>", "</section>").pop();
        section.map(|section| {
            section.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text).collect()
        })
    };
    let circle = first(&dump_of_circle().to_html()).unwrap();
    assert!(
        circle.contains("Tasks 1, 2, 3 wait for each other in a circle: only an event from outside ends"),
        "{circle}"
    );

    let io_loop = new_loop();
    let (_promise, answer) = gen::promise();
    let _readers = [(); 2].map(|()| io_loop.spawn_local(reads(answer.clone())));
    let _lost = io_loop.spawn_local(lost());
    let first_lines = first(&io_loop.dump().to_html()).unwrap();
    assert!(first_lines.contains("Task 2 waits for Pending&lt;()&gt; (keeps no waker)"), "{first_lines}");
    assert!(first_lines.contains("2 tasks wait for promise 1 of u32"), "{first_lines}");

    let io_loop = new_loop();
    let _task = io_loop.spawn_local(gen::sleep(Duration::MAX));
    assert_eq!(first(&io_loop.dump().to_html()), None);
}

/// Each link leads to a part of the page that is there.
#[test]
fn the_page_shows_each_task_once_and_groups_those_that_wait_at_the_same_place() {
    #[gen::coroutine]
    fn serves(answer: gen::SharedFuture<u32>) -> gen::Result {
        let readers: Vec<_> = (0..37).map(|_| gen::spawn(reads(answer.clone()))).collect();
        yield_!((readers, gen::spawn(gen::sleep(Duration::MAX)))).map(drop)
    }
    let io_loop = new_loop();
    let (_promise, answer) = gen::promise();
    let _task = io_loop.spawn_local(serves(answer));
    let page = io_loop.dump().to_html();
    let ids = all_between(&page, " id=\"", "\"");
    for number in 0..39 {
        let id = format!("task-{number}");
        assert_eq!(ids.iter().filter(|other| **other == id).count(), 1, "{id}");
    }
    for target in all_between(&page, " href=\"#", "\"") {
        assert!(ids.contains(&target), "{target}");
    }
    let groups = all_between(&page, "class=\"group\"", "</summary>");
    assert!(matches!(groups[..], [only] if only.contains("37 tasks")), "{groups:?}");
    assert!(!groups[0].contains("One of them"), "{groups:?}");
}

/// Otherwise all tasks of a group would seem to wait for the promise of the first one.
#[test]
fn the_page_says_if_the_tasks_of_a_group_wait_for_different_things() {
    let io_loop = new_loop();
    let (_promises, answers): (Vec<_>, Vec<_>) = (0..5).map(|_| gen::promise()).unzip();
    let _tasks: Vec<_> = answers.into_iter().map(|answer| io_loop.spawn_local(reads(answer))).collect();
    let page = io_loop.dump().to_html();
    let groups = all_between(&page, "class=\"group\"", "</summary>");
    assert!(matches!(groups[..], [only] if only.contains("5 tasks")), "{groups:?}");
    assert!(groups[0].contains("One of them waits for "), "{groups:?}");
}
