use std::future::ready;

fn main() {
    let _ = gen::WaitIterator::new([ready(1)]);
}
