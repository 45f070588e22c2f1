//! Serves the coroutines, and answers to the lines of the test. It ends with the process of the
//! test.

use std::io::{stdin, BufRead};
use std::sync::atomic::Ordering;

use restate::bodies::IN_MEMORY;

fn main() {
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "serves?" => println!("serves"),
            "in memory?" => println!("{}", IN_MEMORY.load(Ordering::SeqCst)),
            other => panic!("an unknown line: {other}"),
        }
    }
}
