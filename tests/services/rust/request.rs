//! Writes the facts of the request.

fn main() {
    let req = stack::req();
    println!("{}\n{}\n{}\n{}", req.method, req.url, req.path, req.query);
    println!("{}\n{}\n{}", req.header("X-A").unwrap(), req.host, req.http_version);
    println!("{}\n{}\n{}", req.remote_address, req.id, req.deadline.unwrap());
    println!("{}", stack::param("a").unwrap());
}
