//! Multipart forms: what they become, whole and in any pieces.

use std::{fmt::Write, fs, os::unix::fs::PermissionsExt, path::Path};

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
};

use super::{Bench, Step, notation, pieces, post, replayed, sent};
use crate::{
    failure::Kind,
    params::Value,
    receive::{Feed, Received},
};

const TYPE: &str = "multipart/form-data; boundary=x-bound";

/// A part with these headers after `Content-Disposition: form-data`.
fn part(parameters: &str, content: &str) -> String {
    format!("--x-bound\r\nContent-Disposition: form-data{parameters}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--x-bound--\r\n", parts.concat())
}

fn received(parts: &[String]) -> (Bench, Received) {
    let bench = Bench::new();
    let received = bench.read(post(TYPE), &[sent(form(parts))]).unwrap();
    (bench, received)
}

fn shown(parts: &[String]) -> String {
    let (_bench, received) = received(parts);
    notation(&received.params)
}

#[test]
fn row_37_fields_become_text_and_files_files() {
    let file = part("; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain", "one\r\ntwo");
    let (bench, received) = received(&[part("; name=\"a[b]\"", "c\r\n\r\n-- d"), file]);
    assert_eq!(notation(&received.params), "{a:{b:c\r\n\r\n-- d},f:<a.txt|text/plain|one\r\ntwo>}");
    assert!(matches!(received.feed, Feed::Empty));
    let Some(Value::File(file)) = received.params.get("f") else { panic!() };
    assert_eq!(file.size, 8);
    let (path, temp) = (Path::new(&file.path), bench.temp.path());
    assert!(path.starts_with(temp) && path.parent() != Some(temp));
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o7777, 0o700);
    drop(received.held);
    assert!(bench.is_clean());
}

#[test]
fn row_31_33_repetition_and_nesting_are_those_of_queries() {
    let parts = [
        part("; name=f; filename=1", "one"),
        part("; name=f; filename=2", "two"),
        part("; name=\"l[]\"", "1"),
        part("; name=\"m[a]\"; filename=3", "three"),
        part("; name=q", "body"),
    ];
    let request = post(TYPE).uri("/?q=query&r=query");
    let bench = Bench::new();
    let received = bench.read(request, &[sent(form(&parts))]).unwrap();
    assert_eq!(notation(&received.params), "{q:body,r:query,f:[<1||one>,<2||two>],l:[1],m:{a:<3||three>}}");
}

#[test]
fn row_37_an_empty_file_input_and_empty_fields() {
    assert_eq!(
        shown(&[part("; name=f; filename=\"\"", ""), part("; name=e", ""), part("; name=\"\"", "x")]),
        "{f:<||>,e:,:x}"
    );
    assert_eq!(shown(&[]), "{}");
}

#[test]
fn row_37_a_preamble_an_epilogue_and_padding_are_no_parts() {
    let body = format!(
        "preamble\r\n{}epilogue",
        form(&[part("; name=a", "b").replacen("bound\r\n", "bound \t\r\n", 1)])
    );
    for size in [1, 7, 1_000] {
        let received = Bench::new().read(post(TYPE), &pieces(body.as_bytes(), size)).unwrap();
        assert_eq!(notation(&received.params), "{a:b}");
        assert_eq!(replayed(&received.feed), Some(&b""[..]));
    }
}

#[test]
fn attack_30_what_does_not_end_is_refused() {
    let whole = form(&[part("; name=a", "b"), part("; name=f; filename=g", "content")]);
    let end = whole.len() - "--\r\n".len();
    let bench = Bench::new();
    for length in 0..end {
        let steps = [sent(whole[..length].to_owned()), Step::Pause];
        assert_eq!(bench.refused(post(TYPE), &steps), Kind::BadMultipart, "{:?}", &whole[..length]);
    }
}

#[test]
fn attack_30_parts_that_can_be_read_in_two_ways_are_refused() {
    let bench = Bench::new();
    let refused = |body: String| bench.refused(post(TYPE), &[sent(body)]);
    for parameters in [
        "",
        "; filename=a",
        "; name=a; name=b",
        "; name=a; filename=b; filename=c",
        "; name=\"a\r\nb\"",
        "; name=\"a\nb\"",
    ] {
        assert_eq!(refused(form(&[part(parameters, "x")])), Kind::BadMultipart, "{parameters}");
    }
    for parameters in ["; name=\"a\r\n b\"", "; name=a\0b", "; name=\"a\rb\""] {
        assert_eq!(refused(form(&[part(parameters, "x")])), Kind::BadMultipart, "{parameters:?}");
    }
    assert_eq!(refused("--x-bound\r\n\r\nno headers\r\n--x-bound--\r\n".to_owned()), Kind::BadMultipart);
    assert_eq!(refused("no boundary at all".to_owned()), Kind::BadMultipart);
    let text = form(&[part("; name=a", "?")]).into_bytes();
    let text: Vec<_> = text.into_iter().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();
    assert_eq!(bench.refused(post(TYPE), &[sent(text)]), Kind::BadParameters);
}

#[test]
fn attack_30_a_nested_body_is_data_and_so_are_escapes() {
    let nested = "--y\r\nContent-Disposition: form-data; name=evil\r\n\r\nx\r\n--y--\r\n";
    let outer = part("; name=a\r\nContent-Type: multipart/mixed; boundary=y", nested);
    assert_eq!(shown(&[outer]), format!("{{a:{nested}}}"));
    assert_eq!(shown(&[part("; name=\"a%0D%0Ab\"", "x")]), "{a%0D%0Ab:x}");
    assert_eq!(shown(&[part("; filename=\"x; name=evil\"; name=a", "x")]), "{a:<x; name=evil||x>}");
}

#[test]
fn attack_06_08_names_and_values_come_exactly() {
    let long = "n".repeat(10 << 10);
    let parts = [
        part("; name=\"a;id\"", "$(id)"),
        part("; name=\"a=b\"", "a\0b"),
        part(&format!("; name=\"{long}\""), "é"),
    ];
    assert_eq!(shown(&parts), format!("{{a;id:$(id),a=b:a\0b,{long}:é}}"));
}

#[test]
fn attack_31_file_names_never_reach_the_disk() {
    let names = ["../../etc/passwd", "/abs", r"C:\x", ".", "..", "0", ""];
    let parts: Vec<_> =
        names.iter().map(|name| part(&format!("; name=f; filename=\"{name}\""), name)).collect();
    let (bench, received) = received(&parts);
    let Some(Value::List(files)) = received.params.get("f") else { panic!() };
    for (file, name) in files.iter().zip(names) {
        let Value::File(file) = file else { panic!() };
        assert_eq!(
            (file.filename.as_str(), fs::read(&file.path).unwrap().as_slice()),
            (name, name.as_bytes())
        );
        let folder = Path::new(&file.path).parent().unwrap();
        assert_eq!(folder.parent(), Some(bench.temp.path()));
        assert_eq!(fs::read_dir(folder).unwrap().count(), names.len());
    }
    let nul = part("; name=f; filename*=utf-8''a%00b", "x");
    assert_eq!(shown(&[nul]), "{f:<a\0b||x>}");
}

/// One generated part: what is sent, and what must come of it.
#[derive(Clone, Debug)]
struct Sample {
    name: String,
    filename: Option<String>,
    content: String,
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    // Content that comes near a boundary is what a splitter gets wrong.
    let near = ["\r", "\n", "\r\n", "-", "--", "x-bound", "\r\n--x-boun", "\r\n--", "a", "é"];
    let content = vec(prop_oneof![proptest::sample::select(near.to_vec()), Just("\r\n-")], 0..9);
    let content = content
        .prop_map(|words| words.concat())
        .prop_filter("no boundary", |text| !format!("\r\n{text}\r\n").contains("\r\n--x-bound"));
    let filename = prop_oneof![Just(None), "[a-z./]{0,5}".prop_map(Some)];
    let sample = ("[a-c]{0,2}", filename, content);
    vec(sample.prop_map(|(name, filename, content)| Sample { name, filename, content }), 0..5)
}

fn encoded(samples: &[Sample]) -> String {
    let parts = samples.iter().map(|sample| {
        let mut parameters = format!("; name=\"{}\"", sample.name);
        if let Some(filename) = &sample.filename {
            write!(parameters, "; filename=\"{filename}\"").unwrap();
        }
        part(&parameters, &sample.content)
    });
    form(&parts.collect::<Vec<_>>())
}

/// The bytes cut at these places, with pauses.
fn cut(bytes: &[u8], places: &[usize]) -> Vec<Step> {
    let mut places: Vec<_> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).flat_map(|pair| [sent(bytes[pair[0]..pair[1]].to_owned()), Step::Pause]).collect()
}

proptest! {
    #[test]
    fn row_37_any_pieces_give_the_same_form(samples in samples(), places in vec(any::<usize>(), 0..40)) {
        let body = encoded(&samples);
        let bench = Bench::new();
        let received = bench.read(post(TYPE), &cut(body.as_bytes(), &places)).unwrap();
        let mut found: Vec<_> = Vec::new();
        for value in received.params.values() {
            match value {
                Value::List(values) => found.extend(values),
                value => found.push(value),
            }
        }
        let mut found: Vec<_> = found.into_iter().map(|value| match value {
            Value::Text(text) => (None, text.clone()),
            Value::File(file) => (Some(file.filename.clone()), fs::read_to_string(&file.path).unwrap()),
            other => panic!("{other:?}"),
        }).collect();
        let mut expected: Vec<_> =
            samples.into_iter().map(|sample| (sample.filename, sample.content)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
        let whole = bench.read(post(TYPE), &[sent(body)]).unwrap();
        prop_assert_eq!(notation(&received.params), notation(&whole.params));
        drop((received, whole));
        prop_assert!(bench.is_clean());
    }

    #[test]
    fn attack_30_broken_forms_are_refused_alike_in_any_pieces(
        samples in samples(),
        (at, with) in (any::<usize>(), vec(any::<u8>(), 0..4)),
        places in vec(any::<usize>(), 0..40),
    ) {
        let mut body = encoded(&samples).into_bytes();
        let at = at % body.len();
        let end = body.len().min(at + with.len());
        body.splice(at..end, with);
        let (bench, other) = (Bench::new(), Bench::new());
        let outcome = |received: Result<Received, crate::failure::Failure>| {
            received.map(|received| notation(&received.params)).map_err(|failure| failure.kind)
        };
        let whole = outcome(bench.read(post(TYPE), &[sent(body.clone())]));
        prop_assert_eq!(outcome(other.read(post(TYPE), &cut(&body, &places))), whole);
        prop_assert!(bench.is_clean() && other.is_clean());
    }

    #[test]
    fn attack_30_no_part_header_panics(
        disposition in "[ -~\t]{0,30}",
        media_type in "([a-z*./+ ]{0,9};? ?[a-z]{0,3}=?\"?[ -~\t]{0,9}|[ -~]{0,20})",
        length in 0_usize..200,
    ) {
        let parameters = format!("; name=a{disposition}\r\nContent-Type: {media_type}");
        let body = form(&[part(&parameters, "x")]);
        let bench = Bench::new();
        let _ = bench.read(post(TYPE), &[sent(body.clone())]);
        let _ = bench.read(post(&media_type), &[sent(body)]);
        let _ = bench.read(post(&format!("multipart/form-data; boundary={disposition}")), &[sent(vec![b'-'; length])]);
        prop_assert!(bench.is_clean());
    }
}
