//! The names and habits of Perl.

use super::{serve, text_of};
use crate::harness::interpreter;

/// A body of JSON with what other readers lose.
const JSON: &str = r#"{"big":12345678901234567890,"f":1.10,"none":null,"list":[1,null,"é"],"t":true,"n":false,
    "m":{"x":{"y":[0]}},"a.b":"😀\u0000\ud83d\ude00\/\\\"\u0001","f_g":"text","b":"\n"}"#;

/// Whether the script's answer to a POST of `JSON` to `/?foo=bar` is `expected`, or there is no Perl to ask.
fn answers(text: &str, expected: &str) {
    if interpreter("perl") {
        let response = serve("x.pl", text).post("/?foo=bar", "application/json", JSON);
        assert_eq!(text_of(&response), expected, "{text}");
    }
}

/// The 500 page of a script that fails before its first byte.
fn failure(text: &str) -> String {
    let response = serve("x.pl", text).get("/");
    assert_eq!(response.status, 500, "{text}");
    response.text()
}

#[test]
fn languages_perl_names() {
    answers(
        "use strict; print $hook == $Hook && $hook == $service && $hook == \\%Hook ? 'same' : 'others'",
        "same",
    );
    answers("use strict; use warnings; print $Hook_params_foo, $hook_params_m_x_y_0", "bar0");
    answers("our $Hook_params_foo; print $Hook_params_foo, $main::Hook_params_foo", "barbar");
    answers("my $name = 'Hook_params_foo'; print $$name", "bar");
    answers("print $hook->req->method, $hook->req->httpVersion, $hook->req->http_version", "POST1.11.1");
    answers("print $hook->service->name, $hook->service->path eq $0", "perl1");
    answers(
        "print $ENV{REQUEST_METHOD}, $hook->env->{REQUEST_METHOD}, exists $ENV{STACK_REQUEST}",
        "POSTPOST",
    );
    answers("eval { $hook->nope }; print $@ =~ /nope.* line 1/", "1");
}

/// Nothing is decoded before the script asks, unless there are parameters or what is escaped.
#[test]
fn languages_perl_a_request_without_parameters() {
    let scripts = [
        ("use strict; print $hook->{req}{path}, $hook->req->path, $input{host} eq $input->host", "//1"),
        (
            "print join ' ', sort keys %Hook; print ' ', join ' ', sort keys %input",
            "env files input log params req res service connection deadline headers host httpVersion id method params \
             path query url",
        ),
        (
            "$hook->{own}{x} = 5; push @{ $hook->{l} }, 6; print exists $Hook{none}, %{ $hook->{own} }, @{ $Hook{l} }",
            "x56",
        ),
        (
            "while (my ($name, $value) = each %$hook) { $found{$name} = ref $value } print $found{params}",
            "HASH",
        ),
        ("$ENV{PATH_INFO} = 'own'; print $hook->{env}{PATH_INFO}, $hook->{req}{path}", "own/"),
        ("use strict; print defined $hook_params_foo ? 'some' : 'none', $hook->{req}{path}", "none/"),
        ("BEGIN { print defined $hook->{req} ? 'some' : 'none' } print $hook->{req}{path}", "none/"),
        ("eval { die 'words' }; $hook->log($@); print $@ =~ /^words/", "1"),
        ("$! = 2; $hook->res; print 0 + $!", "2"),
    ];
    if interpreter("perl") {
        for (text, expected) in scripts {
            assert_eq!(text_of(&serve("x.pl", text).get("/")), expected, "{text}");
        }
        let escaped = serve("x.pl", "print $ENV{HTTP_X_A}, $hook->{req}{headers}{'x-a'}");
        let response = escaped.request("GET", "/", &[("X-A", "\"\\")], b"");
        assert_eq!(text_of(&response), "\"\\\"\\");
    }
}

#[test]
fn languages_perl_without_the_right_to_read_the_bridge() {
    answers("chdir '/'; $( = $) = '65534 65534'; $< = $> = 65534; print 'body'", "body");
}

#[test]
fn languages_perl_json_keeps_its_digits() {
    answers(
        "my $p = $hook->params; print join ' ', @$p{qw(big f t n)}, $p->{list}[0] + 1",
        "12345678901234567890 1.10 1 0 2",
    );
    answers("my $p = $hook->params; print defined $p->{none} ? 'some' : 'none', $p->{list}[2]", "noneé");
    answers("print $hook->{params}{'a.b'}", "😀\0😀/\\\"\u{1}");
}

#[test]
fn languages_perl_json_of_the_response() {
    answers(
        r#"$hook->res->json({ list => [], map => {}, n => 3, f => -1.5, s => "1", w => "\x{263a}", b => "\1\xff" })"#,
        "{\n  \"b\": \"\\u0001ÿ\",\n  \"f\": -1.5,\n  \"list\": [],\n  \"map\": {},\n  \"n\": 3,\n  \"s\": \"1\",\n  \
         \"w\": \"☺\"\n}\n",
    );
}

#[test]
fn languages_perl_texts_are_bytes() {
    answers("use warnings; print length $hook->{params}{list}[2], $hook->{params}{list}[2]", "2é");
    answers(
        "use utf8; use open qw(:std :utf8); my $v = $hook->{params}{list}[2]; utf8::decode($v); print \"é$v\"",
        "éé",
    );
    answers("binmode STDOUT, ':utf8'; $hook->res->write(\"\\xc3\\xa9\", \"\\x{263a}\")", "é☺");
}

#[test]
fn languages_perl_it_is_the_main_program() {
    answers("print caller() ? 'called' : 'main', \" @ARGV\", __FILE__ eq $0", "main 1");
    answers("print <DATA>\n__END__\nthe data\n", "the data\n");
    answers("use FindBin; print \"$FindBin::Bin/$FindBin::Script\" eq $0", "1");
    answers("print grep({ /bridge/ } @INC, keys %INC) ? 'there' : 'gone'", "there");
    answers(
        "END { print 'first ' } BEGIN { print 'begin ' } print 'body '; END { print 'last ' }",
        "begin body last first ",
    );
    answers("#!/usr/bin/perl -T\nprint ${^TAINT}", "1");
    answers("#!/usr/bin/perl -l\nprint 'a'; $hook->res->write('b')", "a\nb");
}

#[test]
fn languages_perl_output_in_its_order_without_a_flush() {
    answers("print 'a'; $hook->res->write('b'); system 'echo c'; print 'd'", "abc\nd");
    answers("$| = 0; open my $copy, '>&', STDOUT; print $copy 'late '; print 'a'", "late a");
    if interpreter("perl") {
        let bytes = serve("x.pl", "print map { chr } 0 .. 255").get("/");
        assert_eq!(bytes.body, (0..=255).collect::<Vec<u8>>());
    }
}

#[test]
fn languages_perl_errors_are_those_of_perl() {
    if !interpreter("perl") {
        return;
    }
    assert!(failure("\n# line 7 \"other\"\ndie 'the reason'").contains("the reason at other line 7."));
    let class = "package An::Error; use overload '\"\"' => sub { 'the reason' };";
    assert!(failure(&format!("{class}\npackage main; die bless {{}}, 'An::Error'")).contains("the reason"));
    assert!(failure("use strict; $none = 1;").contains("\"$none\" requires explicit package name"));
    assert!(failure("$SIG{__DIE__} = sub { warn 'own handler' }; die 'x'").contains("own handler"));
    answers("print eval { die { code => 5 } } // $@->{code}", "5");
    let late = serve("x.pl", "print 'body'; eval { die 'caught' }; END { $? = 3 }").get("/");
    assert_eq!((late.status, late.text().as_str(), late.complete), (200, "body", false));
}

#[test]
fn languages_perl_processes_of_its_own() {
    answers("if (!fork) { print 'child '; exit } wait; print `echo and`, 'parent'", "child and\nparent");
    answers("if (!fork) { die 'in a child' } wait; print 'parent'", "parent");
}
