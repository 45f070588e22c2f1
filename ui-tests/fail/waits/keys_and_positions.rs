use std::future::ready;

fn main() {
    let mut waits = gen::WaitIterator::keyed([("key", ready("1".parse::<u8>()))]);
    waits.push(ready("2".parse::<u8>()));
}
