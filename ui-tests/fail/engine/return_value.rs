#[gen::engine]
fn engine() -> u32 {
    42
}

fn main() {}
