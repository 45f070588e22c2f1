#[gen::engine]
fn engine() -> (u32, u32) {
    (1, 2)
}

fn main() {}
