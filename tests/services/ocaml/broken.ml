(* The third line does not parse. *)
let one = 1
let two = = 2
