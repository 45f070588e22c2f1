#![deny(unused_must_use)]

#[gen::engine]
fn engine() {}

fn main() {
    engine();
    //~^ rustc: unused `Result` that must be used
}
