struct View<'a>(&'a str);

#[gen::engine]
fn engine(view: View<'_>) {
    println!("{}", view.0);
}

fn main() {}
