#[gen::engine]
fn engine() {
    42
}

fn main() {}
