let print (name, value) = Printf.printf "%d:%s%d:%s" (String.length name) name (String.length value) value
let () = List.iter print hook_params
