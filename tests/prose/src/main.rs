//! Prints the violations in the folders and files that are named, or in the whole workspace.

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for violation in prose::violations() {
        if wanted.is_empty() || wanted.iter().any(|path| violation.file.starts_with(path.as_str())) {
            println!("{violation}");
        }
    }
}
