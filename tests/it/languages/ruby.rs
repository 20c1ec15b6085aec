//! The names and habits of Ruby.

use super::{serve, text_of};
use crate::harness::{Folder, Server, interpreter};

/// A body of JSON with what other readers lose.
const JSON: &str = r#"{"big":123456789012345678901234567890,"f":1.5,"none":null,"list":[1,null,"é"],"t":true,
    "m":{"x":{"y":[0]}},"a.b":"😀\u0000\ud83d\ude00\/","size":9,"to_str":"x","format":"f"}"#;

/// Whether the script's answer to a POST of `JSON` to `/?foo=bar` is `expected`, or there is no Ruby to ask.
fn answers(text: &str, expected: &str) {
    if interpreter("ruby") {
        let response = serve("x.rb", text).post("/?foo=bar", "application/json", JSON);
        assert_eq!(text_of(&response), expected, "{text}");
    }
}

/// The 500 page of a script that fails before its first byte.
fn failure(text: &str) -> String {
    let response = serve("x.rb", text).get("/");
    assert_eq!(response.status, 500, "{text}");
    response.text()
}

#[test]
fn languages_ruby_names() {
    answers("p [Hook, $hook, $Hook, service, hook].map(&:object_id).uniq.size", "1\n");
    answers(
        "p hook.req.params.equal?(hook.params), input.equal?(hook.req), hook.nope rescue p $!.class",
        "NoMethodError\n",
    );
    answers(
        "p hook.params.foo, hook[:params][:foo], hook.params.dig(:m, :x, :y), hook.params.nope",
        "\"bar\"\n\"bar\"\n[0]\nnil\n",
    );
    answers("p hook.req.method, hook.req.httpVersion, hook.req.http_version", "\"POST\"\n\"1.1\"\n\"1.1\"\n");
    answers("p hook.service.name, hook.service.path == __FILE__", "\"ruby\"\ntrue\n");
    answers(
        "p ENV['REQUEST_METHOD'], hook.env.REQUEST_METHOD, ENV['STACK_REQUEST']",
        "\"POST\"\n\"POST\"\nnil\n",
    );
    answers("class Inside; def foo; hook.params.foo; end; end\nputs Inside.new.foo", "bar\n");
}

#[test]
fn languages_ruby_json_keeps_what_ruby_can_hold() {
    answers(
        "p hook.params.big + 1, hook.params.f, hook.params.none, hook.params.list, hook.params.t",
        "123456789012345678901234567891\n1.5\nnil\n[1, nil, \"é\"]\ntrue\n",
    );
    answers("print hook.params['a.b']", "😀\0😀/");
    answers("begin; hook.params.to_json; rescue NoMethodError; puts 'not loaded'; end", "not loaded\n");
}

/// What is not loaded for a small body is for a large one, and reads the same.
#[test]
fn languages_ruby_a_large_body_of_json() {
    if interpreter("ruby") {
        let script = "puts hook.params.list.size, hook.params.m.x, hook.params.f";
        let body = format!(r#"{{"list":[{}0],"m":{{"x":"é"}},"f":1.5}}"#, "12345,".repeat(100_000));
        let response = serve("x.rb", script).post("/", "application/json", body);
        assert_eq!(text_of(&response), "100001\né\n1.5\n");
    }
}

#[test]
fn languages_ruby_parameters_are_no_methods_that_others_ask_for() {
    answers("p hook.params.format, hook.params.size == hook.params.keys.size", "\"f\"\ntrue\n");
    answers("begin; 'a' + hook.params; rescue TypeError; puts 'no text'; end", "no text\n");
    answers("p %i[foo bar to_str].map { |name| hook.params.respond_to?(name) }", "[true, false, false]\n");
    answers("p Marshal.load(Marshal.dump(hook.params)) == hook.params", "true\n");
}

#[test]
fn languages_ruby_it_is_the_main_program() {
    answers("puts 'main' if __FILE__ == $0\np caller, self.to_s, ARGV", "main\n[]\n\"main\"\n[]\n");
    answers("print DATA.read\n__END__\nthe data\n", "the data\n");
    answers("local = 5\np TOPLEVEL_BINDING.local_variable_get(:local)", "5\n");
    answers("at_exit { puts 'second' }\nat_exit { puts 'first' }\nputs 'body'", "body\nfirst\nsecond\n");
    answers("BEGIN { puts hook.params.foo }", "bar\n");
    answers("# frozen_string_literal: true\np ''.frozen?", "true\n");
}

#[test]
fn languages_ruby_names_of_its_own() {
    answers("class Hook; end\nputs Hook.new.class, $hook.params.foo", "Hook\nbar\n");
    answers("def input; 'own'; end\ndef service(text) text; end\nputs input, service('own')", "own\nown\n");
}

#[test]
fn languages_ruby_output_in_its_order_without_a_flush() {
    answers("print 'a'\n$stdout.write('b')\nhook.res.write('c')\nsystem 'echo d'\nputs 'e'", "abcd\ne\n");
    answers("file = File.open('/dev/stdout', 'w')\nfile.print 'late'\nputs 'a'", "a\nlate");
    if interpreter("ruby") {
        let bytes = serve("x.rb", "$stdout.binmode\n$stdout.write((0..255).to_a.pack('C*'))").get("/");
        assert_eq!(bytes.body, (0..=255).collect::<Vec<u8>>());
    }
}

#[test]
fn languages_ruby_the_library_is_there_and_rubygems_waits() {
    answers("p $LOADED_FEATURES.grep(/rubygems/)\nrequire 'set'\np Set.new([1]).size", "[]\n1\n");
    answers("require 'json'\np JSON.parse('[1]'), $LOADED_FEATURES.grep(/rubygems/)", "[1]\n[]\n");
    answers("p defined?(Gem), Gem::VERSION.class", "\"constant\"\nString\n");
}

#[test]
fn languages_ruby_gems() {
    if !interpreter("ruby") {
        return;
    }
    let folder = Folder::new();
    for version in ["1.0", "2.0"] {
        folder.script(&format!("gems/a_gem-{version}/lib/a_gem.rb"), &format!("A_GEM = '{version}'"));
        let gem = "s.name = 'a_gem'; s.summary = 'x'; s.authors = ['x']; s.require_paths = ['lib']";
        folder.script(
            &format!("specifications/a_gem-{version}.gemspec"),
            &format!("Gem::Specification.new {{ |s| {gem}; s.version = '{version}' }}"),
        );
    }
    folder.script("Gemfile", "gem 'a_gem', '1.0'");
    let answer = |text: &str, options: &str| {
        let path = folder.script("x.rb", text);
        let home = folder.root();
        let builder = Server::builder().env("GEM_HOME", home).env("GEM_PATH", home).env("RUBYOPT", options);
        builder.arguments(&["--errors", "show", &path]).start().get("/")
    };
    for (text, expected) in [
        ("require 'a_gem'\nputs A_GEM", "2.0\n"),
        ("gem 'a_gem', '1.0'\nrequire 'a_gem'\nputs A_GEM", "1.0\n"),
        ("Gem\nrequire 'a_gem'\nputs A_GEM, method(:require).owner", "2.0\nKernel\n"),
        ("require 'rubygems'\nrequire 'a_gem'\nputs A_GEM", "2.0\n"),
        ("require 'bundler/setup'\nrequire 'a_gem'\nputs A_GEM", "1.0\n"),
        ("begin; require 'none'; rescue LoadError => e; p e.path, e.cause; end", "\"none\"\nnil\n"),
    ] {
        assert_eq!(text_of(&answer(text, "")), expected, "{text}");
    }
    assert_eq!(text_of(&answer("puts A_GEM", "-ra_gem")), "2.0\n");
    assert_eq!(text_of(&answer("require 'a_gem'\nputs A_GEM", "-rbundler/setup")), "1.0\n");
    let page = answer("\nrequire 'none/such'", "").text();
    assert!(page.contains("x.rb:2:") && !page.contains("stack>"), "{page}");
}

#[test]
fn languages_ruby_errors_are_those_of_ruby() {
    if !interpreter("ruby") {
        return;
    }
    let page =
        failure("def a\n  raise 'inner'\nend\nbegin\n  a\nrescue\n  raise ArgumentError, 'outer'\nend");
    for part in ["x.rb:7:", "outer (ArgumentError)", "x.rb:2:", "inner (RuntimeError)"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = failure("hook.res.json([Float::NAN])");
    assert!(page.contains("x.rb:1:") && page.contains("NaN") && !page.contains("response.rb"), "{page}");
    assert!(failure("abort 'the reason'").contains("the reason"));
    assert!(failure("at_exit { raise 'the reason' }").contains("the reason"));
}

#[test]
fn languages_ruby_processes_of_its_own() {
    answers("Process.wait(fork { puts 'child' })\nputs 'parent'", "child\nparent\n");
    answers("fork { raise 'in a child' }\nProcess.wait\nputs 'parent'", "parent\n");
}

#[test]
fn languages_ruby_rack() {
    let text = "app = lambda do |env|
  body = env['rack.input'].read
  words = [env['REQUEST_METHOD'], env['PATH_INFO'], env['QUERY_STRING'], env['HTTP_X_A'], env['rack.url_scheme'], body]
  [202, { 'X-Lines' => \"a\\nb\", 'X-List' => %w[c d], 'rack.own' => 'e' }, [words.inspect, \"\\n\"]]
end
hook.rack app";
    if !interpreter("ruby") {
        return;
    }
    let response = serve("x.rb", text).request("POST", "/p?q=1", &[("X-A", "é")], b"text");
    let expected = "[\"POST\", \"/p\", \"q=1\", \"é\", \"http\", \"text\"]\n";
    assert_eq!((response.status, response.text().as_str()), (202, expected));
    assert_eq!(response.header_values("x-lines"), ["a", "b"]);
    assert_eq!(response.header_values("x-list"), ["c", "d"]);
    assert!(response.header("rack.own").is_none());
    // Whatever it raises is the script's error.
    assert!(failure("hook.rack(lambda { |env| raise 'broken' })").contains("code error"));
}
