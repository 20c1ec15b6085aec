(* The third line fails. *)
let fail () =
  failwith "the reason"

let () = fail ()
