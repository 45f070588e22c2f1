struct Connection;

fn main() {
    let _ = gen::promise::<Connection>();
}
