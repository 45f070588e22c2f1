#[gen::engine]
fn engine() -> impl Iterator<Item = u8> {
//~^ gen: an engine cannot return `std::array::IntoIter<{integer}, 1>`: nobody would get it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: `#[gen::coroutine]` returns a value to whoever yields the call
    [1].into_iter()
}

fn main() {}
