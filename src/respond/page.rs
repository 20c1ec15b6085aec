//! The page of the services: plain HTML without a script, every word of it escaped. It is for whoever works on them.

use std::fmt::Write;

use http::{
    HeaderValue, Response,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};

use super::Body;

/// Nothing may be loaded, run or framed; the style stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}\
                     table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;\
                     border-bottom:1px solid #8884;vertical-align:top}code{font-size:.9rem}\
                     .bad{color:#c22}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.bad{color:#f77}}";

/// What the page says of one service.
#[derive(Debug)]
pub(crate) struct Line {
    /// The methods that it answers; empty for all.
    pub(crate) methods: String,
    pub(crate) route: String,
    /// The language or the command.
    pub(crate) language: String,
    /// A command line to try.
    pub(crate) command: String,
    pub(crate) state: State,
}

/// How it goes with a service.
#[derive(Debug)]
pub(crate) enum State {
    /// It was not asked yet.
    Fresh,
    /// Its last request went well.
    Well(String),
    /// Its last request did not, or there is no service at all.
    Badly(String),
}

/// The page of these services; `trouble` says why they are older than what stands on the disk.
pub(crate) fn services(title: &str, trouble: Option<&str>, lines: &[Line]) -> Response<Body> {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    // A String takes everything that is written to it.
    let _ = writeln!(page, "<title>{}</title>\n<style>{STYLE}</style>", Escaped(title));
    let _ = writeln!(page, "<h1>{}</h1>", Escaped(title));
    if let Some(trouble) = trouble {
        let _ = writeln!(page, "<p class=\"bad\">The old services go on: {}</p>", Escaped(trouble));
    }
    page.push_str("<table>\n<tr><th>Method<th>Path<th>Language<th>Last run<th>Try\n");
    for line in lines {
        let methods = if line.methods.is_empty() { "all" } else { &line.methods };
        let _ = write!(page, "<tr><td>{}<td><code>{}</code>", Escaped(methods), Escaped(&line.route));
        let _ = write!(page, "<td>{}<td>", Escaped(&line.language));
        let _ = match &line.state {
            State::Fresh => write!(page, "not yet"),
            State::Well(words) => write!(page, "{}", Escaped(words)),
            State::Badly(words) => write!(page, "<span class=\"bad\">{}</span>", Escaped(words)),
        };
        let _ = writeln!(page, "<td><code>{}</code>", Escaped(&line.command));
    }
    page.push_str("</table>\n</html>\n");
    let mut response = Response::new(Body::whole(page));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text that is no markup, in an element or in a quoted attribute.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '&' => f.write_str("&amp;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                // What would hide or turn around the text that follows.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => f.write_char('\u{fffd}'),
                character if character.is_control() && character != '\n' => f.write_char('\u{fffd}'),
                character => f.write_char(character),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::{Escaped, Line, State, services};

    #[tokio::test]
    async fn attack_46_every_word_is_escaped() {
        let evil = "<script>alert('x')</script>\"&\u{202e}\0";
        let line = |state| Line {
            methods: evil.to_owned(),
            route: evil.to_owned(),
            language: evil.to_owned(),
            command: evil.to_owned(),
            state,
        };
        let lines = [State::Well(evil.to_owned()), State::Badly(evil.to_owned()), State::Fresh].map(line);
        let page = services(evil, Some(evil), &lines);
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let page = String::from_utf8(page.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert!(!page.contains("<script") && !page.contains("alert('"), "{page}");
        assert!(!page.contains(['\0', '\u{202e}']), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 2 + 1 + 3 * 4 + 2);
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(text in any::<String>()) {
            let escaped = Escaped(&text).to_string();
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        }
    }
}
