use std::future::ready;

fn main() {
    let mut waits = gen::WaitIterator::new([ready("1".parse::<u8>())]);
    waits.insert("key", ready("2".parse::<u8>()));
}
