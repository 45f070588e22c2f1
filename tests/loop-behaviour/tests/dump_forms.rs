//! The forms of a dump beside its text: JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use gen::{yield_, IoLoop, VirtualClock};
use serde_json::{json, Value};

fn new_loop() -> IoLoop {
    IoLoop::with_clock(VirtualClock::new())
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
                "spawned_at": true,
                "waiting": { "chain": [link("serves")], "end": serves },
                "awaited_by": [],
            },
            {
                "number": 1,
                "name": format!("{path}::reads"),
                "is_root": false,
                "state": "suspended",
                "spawned_at": true,
                "waiting": { "chain": [link("reads"), { "kind": "timeout", "left": 1.5 }], "end": promise },
                "awaited_by": [0],
            },
        ],
    });
    assert_eq!(json, expected, "{json:#}");
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
