struct Connection;

#[gen::coroutine]
fn connect() -> gen::Result<Connection> {
    Ok(Connection)
}

#[gen::coroutine]
fn check(_connection: &mut Connection) -> gen::Result<u32> {
    Ok(1)
}

async fn body() -> gen::Result<u32> {
    gen::bracket(connect(), check).await
    //~^ gen: a bracket cannot be awaited without its release
    //~| note: write `gen::bracket(..).release(..).await`; `release_local` takes what is not `Send`, and `release_in_place` what borrows
}

fn main() {}
