let () =
  print_endline "one";
  Hook.end_ "two"

let () =
  print_endline "three";
  failwith "this is never reached"
