#[gen::engine]
fn engine() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

fn main() {}
