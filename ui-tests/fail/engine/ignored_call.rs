#![deny(unused_must_use)]

#[gen::engine]
fn engine() {}

fn main() {
    engine();
}
