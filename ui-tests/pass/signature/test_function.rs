use gen::yield_;

#[gen::test]
#[should_panic(expected = "late")]
fn waits() {
    yield_!(gen::moment()).unwrap();
    panic!("late");
}

#[gen::test]
fn fails_with_its_error() -> gen::Result {
    yield_!(gen::moment())
}

#[gen::main]
fn main() -> gen::Result {
    yield_!(gen::moment())
}
