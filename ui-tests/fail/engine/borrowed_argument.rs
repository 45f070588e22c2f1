//@ several: two arguments are borrowed

#[gen::engine]
fn engine<'a>(text: &str, name: &'static str, list: &'a mut [u8]) {
//~^ gen: an engine cannot borrow its arguments: it goes on when the call has returned
//~| help: take the value itself, an `Rc`, or a reference that is `'static`
//~^^^ gen: an engine cannot borrow its arguments: it goes on when the call has returned
//~| help: take the value itself, an `Rc`, or a reference that is `'static`
    println!("{text} {name} {list:?}");
}

fn main() {
    engine("", "", &mut []).unwrap();
}
