use std::future::ready;

fn main() {
    let _ = gen::WaitIterator::new([ready(1)]);
    //~^ rustc: type mismatch resolving `<Ready<{integer}> as IntoFuture>::Output == Result<_, _>`
}
