//! Tests Ctrl-C.

use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::sync::Mutex;

use crate::harness::{problems, temporary_file, webspider, Reply, Server};
use serde_json::Value;

#[test]
fn ctrl_c_ends_the_crawl_with_the_summary_so_far() {
    let (sender, hanging) = mpsc::channel();
    let sender = Mutex::new(sender);
    let server = Server::start(move |path| match path {
        "/" => Reply::links(&["broken", "hangs", "later"]),
        "/hangs" => {
            sender.lock().unwrap().send(()).unwrap();
            Reply::Silence
        }
        _ => Reply::Status(404),
    });
    let json = temporary_file("json");
    let mut spider = webspider();
    spider.args([&server.url("/"), "--concurrency", "1", "--timeout", "600", "--json"]).arg(&json);
    let spider = spider.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();

    hanging.recv().unwrap();
    assert!(Command::new("kill").args(["-INT", &spider.id().to_string()]).status().unwrap().success());
    let output = spider.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with(&format!("Interrupted while crawling {}\n  1 page, ", server.url("/"))),
        "{text}"
    );
    assert!(text.contains("  2 more pages known and not visited\n"), "{text}");
    assert!(output.stderr.is_empty());

    let summary: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    std::fs::remove_file(&json).unwrap();
    assert_eq!((&summary["interrupted"], &summary["not_visited"]), (&true.into(), &2.into()));
    assert_eq!(problems(&summary, "broken"), ["/broken: Not Found <- /"]);
}
