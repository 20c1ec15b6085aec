let fail () = failwith "the reason"

let () =
  print_endline "before";
  fail ()
