//! A service in Rust: a fresh process answers each request, and what it prints is the body.

fn main() {
    let name = stack::param("name").unwrap_or("world"); // of the query, a form, JSON, or an upload

    if name.len() > 100 {
        stack::status(400);
        println!("that is a long name");
        return;
    }
    stack::header("Content-Type", "text/plain; charset=utf-8");
    // Every line is sent at once: a loop that sleeps between its lines streams.
    println!("hello {name}");
}

// stack::req()          method, url, path, headers; standard input is the request's body
// stack::log!("{}", 5)  a line in the log; so is everything on standard error
