struct Connection;

fn main() {
    let _ = gen::promise::<Connection>();
    //~^ rustc: the trait bound `Connection: Clone` is not satisfied
}
