//! A request's head as the document tells it.

use http::{Version, request::Parts};

use super::{Facts, headers::document_headers, host::host};
use crate::document::Request;

/// The facts of a request, as text; what came in the address is told as it came, undecoded.
pub(crate) fn describe(head: &Parts, facts: &Facts<'_>) -> Request {
    Request {
        method: head.method.as_str().to_owned(),
        url: head.uri.path_and_query().map_or(String::new(), ToString::to_string),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: document_headers(&head.headers),
        host: host(head).unwrap_or_default().to_owned(),
        http_version: version(head.version),
        remote_address: facts.remote.map_or(String::new(), |remote| remote.ip().to_canonical().to_string()),
        id: facts.id.to_owned(),
        deadline: facts.deadline,
    }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2.0",
        Version::HTTP_3 => "3.0",
        _ => "1.1",
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Version};

    use super::describe;
    use crate::receive::Facts;

    #[test]
    fn row_44_the_facts_of_a_request() {
        let request = Request::builder().method("PUT").uri("/a%2Fb?x=%41&y").version(Version::HTTP_10);
        let (head, ()) =
            request.header("Host", "example:3000").header("X-A", "1").body(()).unwrap().into_parts();
        let facts = Facts {
            remote: Some("[::ffff:10.0.0.1]:99".parse().unwrap()),
            local: None,
            id: "the-id",
            deadline: Some(5),
            traceparent: "",
            script: None,
        };
        let told = describe(&head, &facts);
        assert_eq!((told.method.as_str(), told.url.as_str()), ("PUT", "/a%2Fb?x=%41&y"));
        assert_eq!((told.path.as_str(), told.query.as_str()), ("/a%2Fb", "x=%41&y"));
        assert_eq!((told.host.as_str(), told.http_version), ("example:3000", "1.0"));
        assert_eq!((told.remote_address.as_str(), told.id.as_str()), ("10.0.0.1", "the-id"));
        assert_eq!(told.deadline, Some(5));
        assert_eq!(told.headers.len(), 2);
    }

    #[test]
    fn row_44_what_is_not_there_is_empty() {
        let (head, ()) = Request::builder().method("OPTIONS").uri("*").body(()).unwrap().into_parts();
        let facts =
            Facts { remote: None, local: None, id: "", deadline: None, traceparent: "", script: None };
        let told = describe(&head, &facts);
        assert_eq!((told.url.as_str(), told.query.as_str(), told.host.as_str()), ("*", "", ""));
        assert_eq!((told.remote_address.as_str(), told.deadline), ("", None));
    }
}
