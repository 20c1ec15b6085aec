//! Field names with brackets, and repeated names, into maps and lists. Pure.

use std::collections::HashSet;

use indexmap::map::Entry;

use crate::params::{Map, Value};

/// How many pairs of brackets a name may have; with more it stays literal.
const DEEPEST: usize = 5;

/// Puts fields, in the order in which they came, where their names say.
///
/// - `a[b]=c` makes the map `{"a":{"b":"c"}}`; what stands in brackets is a name, also when it is a number.
/// - `l[]=1` makes a list, and so does a repeated name; `l[][a]=1` makes a list with a new map for each field.
/// - A name with more than five pairs of brackets, or whose brackets do not fit (`a[b`, `a[b]c`, `[a]`), is
///   literal: the whole of it is one top-level name.
/// - Where one name is both a value and a map (`a=1&a[b]=2`), the value keeps the name, whichever came first,
///   and the names with brackets stay literal: `{"a":"1","a[b]":"2"}`. So nothing is lost, and the order of
///   fields does not matter.
pub(crate) fn nest(fields: Vec<(String, Value)>) -> Map {
    let literal = literal(&fields);
    let mut map = Map::with_capacity(fields.len());
    for ((name, value), literal) in fields.into_iter().zip(literal) {
        match Path::of(&name).filter(|_| !literal) {
            Some(path) => put(&mut map, path.base.to_owned(), &path.keys, value),
            None => put(&mut map, name, &[], value),
        }
    }
    map
}

/// A name whose brackets fit; an empty key is `[]`, which appends to a list.
struct Path<'a> {
    base: &'a str,
    keys: Vec<&'a str>,
}

impl<'a> Path<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let Some((base, brackets)) = name.split_once('[') else {
            return Some(Self { base: name, keys: Vec::new() });
        };
        let inner = brackets.strip_suffix(']')?;
        let fits = |key: &&str| !key.contains(['[', ']']);
        let keys: Vec<_> = inner.split("][").take(DEEPEST + 1).collect();
        (!base.is_empty() && keys.len() <= DEEPEST && keys.iter().all(fits)).then_some(Self { base, keys })
    }

    /// Where each pair of brackets opens, as the length of the name before it, with the key in it.
    fn steps(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.keys.iter().scan(self.base.len(), |end, key| {
            let opens = *end;
            *end += key.len() + 2;
            Some((opens, *key))
        })
    }
}

/// Which of the fields must keep their brackets, because a name before one of them is a value.
fn literal(fields: &[(String, Value)]) -> Vec<bool> {
    let paths: Vec<_> = fields.iter().map(|(name, _)| (name.as_str(), Path::of(name))).collect();
    let mut values = HashSet::new();
    for (name, path) in &paths {
        let list = path.as_ref().and_then(|path| path.steps().find(|(_, key)| key.is_empty()));
        values.insert(list.map_or(*name, |(opens, _)| &name[..opens]));
    }
    let crosses = |(name, path): &(&str, Option<Path<'_>>)| {
        let maps = path.iter().flat_map(Path::steps).take_while(|(_, key)| !key.is_empty());
        maps.map(|(opens, _)| &name[..opens]).any(|before| values.contains(before))
    };
    paths.iter().map(crosses).collect()
}

fn put(map: &mut Map, name: String, keys: &[&str], value: Value) {
    match map.entry(name) {
        Entry::Vacant(place) => drop(place.insert(build(keys, value))),
        Entry::Occupied(place) => add(place.into_mut(), keys, value),
    }
}

fn add(place: &mut Value, keys: &[&str], value: Value) {
    match (&mut *place, keys) {
        (Value::Map(map), [key, rest @ ..]) if !key.is_empty() => put(map, (*key).to_owned(), rest, value),
        (Value::List(list), [] | [""]) => list.push(value),
        (Value::List(list), ["", rest @ ..]) => list.push(build(rest, value)),
        (_, keys) => {
            let rest = keys.strip_prefix(&[""]).unwrap_or(keys);
            let first = std::mem::replace(place, Value::List(Vec::new()));
            *place = Value::List(vec![first, build(rest, value)]);
        }
    }
}

fn build(keys: &[&str], value: Value) -> Value {
    match keys {
        [] => value,
        ["", rest @ ..] => Value::List(vec![build(rest, value)]),
        [key, rest @ ..] => Value::Map(Map::from([((*key).to_owned(), build(rest, value))])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};

    use super::nest;
    use crate::params::{Map, Value, urlencoded};

    fn nested(query: &str) -> Map {
        let fields = urlencoded::parse(query.as_bytes(), usize::MAX).expect("a valid query");
        nest(fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
    }

    /// A notation of its own, so that these tests need no other module.
    fn notation(value: &Value, order: fn(&mut Vec<String>)) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::List(list) => {
                let mut items: Vec<_> = list.iter().map(|item| notation(item, order)).collect();
                order(&mut items);
                format!("[{}]", items.join(","))
            }
            Value::Map(map) => {
                let member = |(name, member): (&String, _)| format!("{name}:{}", notation(member, order));
                let mut members: Vec<_> = map.iter().map(member).collect();
                order(&mut members);
                format!("{{{}}}", members.join(","))
            }
            other => panic!("{other:?}"),
        }
    }

    fn check(table: &[(&str, &str)]) {
        for (query, expected) in table {
            assert_eq!(notation(&Value::Map(nested(query)), |_| ()), *expected, "{query}");
        }
    }

    #[test]
    fn row_31_brackets_nest_and_repetition_lists() {
        check(&[
            ("", "{}"),
            ("e=", "{e:}"),
            ("a[b]=c", "{a:{b:c}}"),
            ("a%5Bb%5D=c&a[d][e]=f", "{a:{b:c,d:{e:f}}}"),
            ("l[]=1&l[]=2", "{l:[1,2]}"),
            ("l[]=1", "{l:[1]}"),
            ("x=1&x=2&x=3", "{x:[1,2,3]}"),
            ("x=1&x[]=2", "{x:[1,2]}"),
            ("x[]=1&x=2", "{x:[1,2]}"),
            ("a[b]=1&a[b]=2", "{a:{b:[1,2]}}"),
            ("a[b][]=1&a[b][]=2", "{a:{b:[1,2]}}"),
            ("l[][a]=1&l[][a]=2", "{l:[{a:1},{a:2}]}"),
            ("l[][]=1&l[][]=2", "{l:[[1],[2]]}"),
            ("l[]=1&l[][a]=2", "{l:[1,{a:2}]}"),
            ("l=1&l[][a]=2", "{l:[1,{a:2}]}"),
            ("l[0]=a&l[1]=b", "{l:{0:a,1:b}}"),
        ]);
    }

    #[test]
    fn row_31_more_than_five_levels_and_odd_brackets_stay_literal() {
        check(&[
            ("a[b][c][d][e][f]=1", "{a:{b:{c:{d:{e:{f:1}}}}}}"),
            ("a[b][c][d][e][f][g]=1&a[b][c][d][e][f][g]=2", "{a[b][c][d][e][f][g]:[1,2]}"),
            ("a[b=1&a]=2&a]b=3&[a]=4&[]=5&[=6&]=7", "{a[b:1,a]:2,a]b:3,[a]:4,[]:5,[:6,]:7}"),
            ("a[b]c=1&a[b]c[d]=2&a[[b]]=3&a[b]]=4", "{a[b]c:1,a[b]c[d]:2,a[[b]]:3,a[b]]:4}"),
        ]);
    }

    #[test]
    fn row_31_a_name_that_is_a_value_and_a_map_loses_nothing() {
        check(&[
            ("a=1&a[b]=2", "{a:1,a[b]:2}"),
            ("a[b]=2&a=1", "{a[b]:2,a:1}"),
            ("a[b]=1&a[b][c]=2", "{a:{b:1},a[b][c]:2}"),
            ("a[]=1&a[b]=2&a[b]=3", "{a:[1],a[b]:[2,3]}"),
            ("a[][x]=1&a[b]=2", "{a:[{x:1}],a[b]:2}"),
            ("a[b][]=1&a[b][c]=2&a[d]=3", "{a:{b:[1],d:3},a[b][c]:2}"),
        ]);
    }

    #[test]
    fn attack_06_prototype_names_are_data() {
        let query = "__proto__[x]=1&a[__proto__][y]=2&constructor=3";
        check(&[(query, "{__proto__:{x:1},a:{__proto__:{y:2}},constructor:3}")]);
    }

    #[test]
    fn attack_27_nesting_takes_linear_time() {
        // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
        for name in ["x", "x[]", "x[a][b][c][d][e]", "x[][][][][]", "x[[[[[[[[["] {
            nested(&format!("{name}=1&").repeat(50_000));
        }
        nested(&(0..50_000).map(|number| format!("x[{number}]=1&x=1&")).collect::<String>());
        nested(&format!("{}=1", "[]".repeat(1_000_000)));
    }

    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Text(text) => found.push(text.clone()),
            Value::List(list) => list.iter().for_each(|value| texts(value, found)),
            Value::Map(map) => map.values().for_each(|value| texts(value, found)),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn no_value_is_ever_lost(names in names()) {
            let fields = names.into_iter().enumerate();
            let fields: Vec<_> = fields.map(|(at, name)| (name, Value::Text(at.to_string()))).collect();
            let mut expected: Vec<_> = (0..fields.len()).map(|at| at.to_string()).collect();
            let mut found = Vec::new();
            nest(fields).values().for_each(|value| texts(value, &mut found));
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn the_order_of_different_names_does_not_matter(names in names()) {
            let mut fields: Vec<_> = names.into_iter().map(|name| (name.clone(), name)).collect();
            fields.sort();
            fields.dedup();
            let map = |fields: &[(String, String)]| {
                let fields = fields.iter().cloned().map(|(name, value)| (name, Value::Text(value)));
                notation(&Value::Map(nest(fields.collect())), |parts| parts.sort())
            };
            let forwards = map(&fields);
            fields.reverse();
            prop_assert_eq!(forwards, map(&fields));
        }
    }

    fn names() -> impl Strategy<Value = Vec<String>> {
        let key = prop_oneof![Just("[]"), Just("[a]"), Just("[b]"), Just("["), Just("]")];
        let name = (prop_oneof![Just("a"), Just("b"), Just("")], proptest::collection::vec(key, 0..7));
        let name = name.prop_map(|(base, keys)| format!("{base}{}", keys.concat()));
        proptest::collection::vec(name, 0..12)
    }
}
