use gen::yield_;

struct Connection;

#[gen::coroutine]
fn connect() -> gen::Result<Connection> {
    Ok(Connection)
}

#[gen::coroutine]
fn check(_connection: &mut Connection) -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn end(_connection: Connection, _: gen::Exit) -> gen::Result {
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let one = yield_!(gen::bracket(connect(), async |connection| yield_!(check(connection))).release(end))?;
    let other = yield_!(gen::bracket(connect(), check).release(end))?;
    Ok(one + other)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 2);
}
