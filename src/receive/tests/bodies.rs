//! Queries, forms, JSON, and bodies that are nobody's business.

use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::BodyExt;

use super::{BUDGET, Bench, Step, head, notation, pieces, post, read, replayed, runtime, sent};
use crate::{failure::Kind, receive::Feed};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[test]
fn row_30_a_query_becomes_parameters() {
    let bench = Bench::new();
    for (uri, expected) in
        [("/", "{}"), ("/?foo=bar", "{foo:bar}"), ("/?a[b]=c&l[]=1&l[]=2&e=", "{a:{b:c},l:[1,2],e:}")]
    {
        let received = bench.read(Request::builder().uri(uri), &[]).unwrap();
        assert_eq!(notation(&received.params), expected);
        assert!(matches!(received.feed, Feed::Empty));
    }
    assert_eq!(bench.refused(Request::builder().uri("/?a=%ff"), &[]), Kind::BadParameters);
}

#[test]
fn row_33_the_body_wins_over_the_query() {
    let received = Bench::new().read(post(FORM).uri("/?a=query&b=query"), &[sent("b=body&c=body")]);
    assert_eq!(notation(&received.unwrap().params), "{a:query,b:body,c:body}");
}

#[test]
fn row_36_40_a_form_is_parsed_with_every_method_and_given_byte_for_byte() {
    let bench = Bench::new();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::GET] {
        let received = bench.read(post(FORM).method(method), &pieces(b"a=1+2&&b=%C3%A9&", 3)).unwrap();
        assert_eq!(notation(&received.params), "{a:1 2,b:é}");
        assert_eq!(replayed(&received.feed), Some(&b"a=1+2&&b=%C3%A9&"[..]));
    }
}

#[test]
fn row_32_34_40_json_is_parsed_and_given_byte_for_byte() {
    let bench = Bench::new();
    let table = [
        ("{\"a\": {\"b\":1.10}, \"n\":9223372036854775809}\n", "{a:{\"b\":1.10},n:9223372036854775809}"),
        ("\u{feff}{}", "{}"),
        (" [1, 2] ", "{body:[1, 2]}"),
        ("5", "{body:5}"),
    ];
    for (body, expected) in table {
        for media_type in [JSON, "application/ld+json; charset=utf-8"] {
            let received = bench.read(post(media_type), &pieces(body.as_bytes(), 5)).unwrap();
            assert_eq!(notation(&received.params), expected);
            assert_eq!(replayed(&received.feed), Some(body.as_bytes()));
        }
    }
    let empty = bench.read(post(JSON).uri("/?a=1"), &[Step::Pause, Step::Trailers]).unwrap();
    assert_eq!((notation(&empty.params).as_str(), replayed(&empty.feed)), ("{a:1}", Some(&b""[..])));
}

#[test]
fn row_35_attack_28_malformed_json_is_refused() {
    let bench = Bench::new();
    let deep = "[".repeat(100_000);
    for body in ["{bad", " ", &deep] {
        assert_eq!(bench.refused(post(JSON), &[sent(body.to_owned())]), Kind::BadJson);
    }
    assert_eq!(bench.refused(post(JSON), &[sent(&b"\"\xff\""[..])]), Kind::BadJson);
    let failure = bench.read(post(JSON), &[sent("{\n bad")]).unwrap_err();
    assert!(failure.message.contains("line 2 column 2"), "{failure}");
}

#[test]
fn row_38_39_42_other_bodies_are_not_touched() {
    let mut bench = Bench::new();
    let octets = post("application/octet-stream").header("Content-Length", u64::MAX.to_string());
    let untyped = Request::builder().method("POST").uri("/?a=1");
    let raw = [
        (octets, "{}"),
        (untyped, "{a:1}"),
        (post("multipart/mixed; boundary=x").header("Content-Encoding", "gzip"), "{}"),
    ];
    for (request, expected) in raw {
        let received = bench.read(request, &pieces(b"hello", 2)).unwrap();
        assert_eq!(notation(&received.params), expected);
        assert_eq!(bench.polls(), 0);
        let Feed::Stream(body) = received.feed else { panic!("{:?}", received.feed) };
        assert_eq!(runtime().block_on(body.collect()).unwrap().to_bytes(), "hello");
        bench = Bench::new();
    }
    bench.parse = false;
    for media_type in [FORM, JSON, "multipart/form-data"] {
        let request = post(media_type).uri("/?a=1").header("Content-Length", u64::MAX.to_string());
        let received = bench.read(request, &[sent("{")]).unwrap();
        assert_eq!((notation(&received.params).as_str(), bench.polls()), ("{a:1}", 0));
        assert!(matches!(received.feed, Feed::Stream(_)));
    }
}

#[test]
fn row_39_attack_09_a_program_takes_any_query() {
    let mut bench = Bench::new();
    bench.parse = false;
    for query in ["%AD-s", &"a&".repeat(2_000)] {
        let received = bench.read(Request::builder().uri(format!("/?{query}")), &[]).unwrap();
        assert_eq!(notation(&received.params), "{}");
    }
}

#[test]
fn row_43_a_value_of_a_megabyte_is_whole() {
    let value = "x".repeat(1 << 20);
    let received =
        Bench::new().read(post(FORM), &pieces(format!("a={value}&b=1").as_bytes(), 16 << 10)).unwrap();
    assert_eq!(notation(&received.params), format!("{{a:{value},b:1}}"));
}

#[test]
fn row_46_a_parsed_body_has_a_limit() {
    let mut bench = Bench::new();
    bench.caps.body = 10;
    assert!(bench.read(post(FORM), &pieces(b"a=12345678", 1)).is_ok());
    assert_eq!(bench.refused(post(FORM), &pieces(b"a=123456789", 1)), Kind::BodyTooLarge);
    let endless: Vec<_> = std::iter::repeat_n(sent(vec![b' '; 8 << 10]), 1_000).collect();
    let before = bench.taken();
    assert_eq!(bench.refused(post(JSON), &endless), Kind::BodyTooLarge);
    assert_eq!(bench.taken() - before, 8 << 10);
    let failure = bench.read(post(FORM).header("Content-Length", "11"), &[Step::Hang]).unwrap_err();
    assert_eq!(failure.kind, Kind::BodyTooLarge);
    let remedy = failure.remedy.unwrap();
    assert!(
        remedy.contains("application/octet-stream")
            && remedy.contains("--raw")
            && remedy.contains("--max-body")
    );
}

#[test]
fn row_46_attack_27_query_and_body_share_the_limit_of_parameters() {
    let bench = Bench::new();
    let uri = format!("/?{}", "a=1&".repeat(600));
    let form = |count| [sent("b=1&".repeat(count))];
    let json = |count: usize| [sent(format!("{{{}}}", vec!["\"b\":1"; count].join(",")))];
    assert!(bench.read(post(FORM).uri(&uri), &form(400)).is_ok());
    assert!(bench.read(post(JSON).uri(&uri), &json(400)).is_ok());
    assert_eq!(bench.refused(post(FORM).uri(&uri), &form(401)), Kind::BadParameters);
    assert_eq!(bench.refused(post(JSON).uri(&uri), &json(401)), Kind::BadParameters);
    assert_eq!(bench.refused(Request::builder().uri(format!("{uri}{uri}")), &[]), Kind::BadParameters);
    let start = Instant::now();
    assert_eq!(bench.refused(post(FORM), &form(1_000_000)), Kind::BadParameters);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn row_46_all_parsed_bodies_share_a_budget_that_declared_lengths_do_not_touch() {
    let bench = Bench::new();
    let rest = bench.budget.take(BUDGET - 10).unwrap();
    let first = bench.read(post(FORM), &pieces(b"a=1234", 2)).unwrap();
    let failure = bench.read(post(JSON), &pieces(b"12345", 2)).unwrap_err();
    assert_eq!(failure.kind, Kind::NoMemory);
    runtime().block_on(async {
        let head = head(post(FORM).header("Content-Length", "10000000"));
        let place = bench.place();
        let declared = read(&head, bench.client(&[sent("a="), Step::Hang]), &place);
        tokio::pin!(declared);
        tokio::select! {
            biased;
            _ = &mut declared => panic!("it hangs"),
            () = std::future::ready(()) => {}
        }
        assert!(bench.budget.take(3).is_err() && bench.budget.take(2).is_ok());
    });
    assert!(bench.budget.take(5).is_err() && bench.budget.take(4).is_ok());
    drop(first.held);
    assert!(bench.budget.take(10).is_ok());
    drop(rest);
    assert!(bench.is_clean());
}

#[test]
fn attack_16_a_body_that_breaks_off_never_looks_whole() {
    let bench = Bench::new();
    for media_type in [FORM, JSON, "multipart/form-data; boundary=x"] {
        for body in ["", "5", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb", "--x--\r\n"] {
            let steps = [sent(body), Step::Pause, Step::Break];
            assert_eq!(bench.refused(post(media_type), &steps), Kind::BadRequest, "{media_type} {body}");
        }
    }
}

#[test]
fn attack_20_what_its_head_condemns_is_refused_before_the_body_is_asked_for() {
    let bench = Bench::new();
    let long = |media_type| post(media_type).header("Content-Length", (1_u64 << 40).to_string());
    let table = [
        (long(FORM), Kind::BodyTooLarge),
        (long(JSON), Kind::BodyTooLarge),
        (long("multipart/form-data; boundary=x"), Kind::UploadTooLarge),
        (post("multipart/form-data"), Kind::BadMultipart),
        (post("application/json; charset=utf-16"), Kind::UnsupportedEncoding),
        (post(FORM).header("Content-Encoding", "gzip"), Kind::UnsupportedEncoding),
        (post(FORM).uri("/?%ff"), Kind::BadParameters),
    ];
    for (request, kind) in table {
        assert_eq!(bench.refused(request.header("Expect", "100-continue"), &[Step::Hang]), kind);
    }
    assert_eq!(bench.polls(), 0);
}

#[test]
fn attack_23_a_body_that_stops_is_refused() {
    let mut bench = Bench::new();
    bench.patience = Duration::from_millis(50);
    let part = "--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\nc";
    for (media_type, body) in [(FORM, "a=1"), (JSON, "{"), ("multipart/form-data; boundary=x", part)] {
        let steps = [sent(body), Step::Trailers, sent(""), Step::Hang];
        assert_eq!(bench.refused(post(media_type), &steps), Kind::BodyTimeout);
    }
    let idle: Vec<_> =
        std::iter::repeat_n([sent(""), Step::Pause], 3).flatten().chain([Step::Hang]).collect();
    let start = Instant::now();
    assert_eq!(bench.refused(post(FORM), &idle), Kind::BodyTimeout);
    assert!(start.elapsed() >= bench.patience);
}
